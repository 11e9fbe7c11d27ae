"""A block of one's own in the studio: made, run beside its text, stopped where it must be, and taken back."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Worker, expect

from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, expect_running, sign_in, write
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

HEAD = 'def smooth(x: f32["rows", "columns"]) -> f32["rows", "columns"]:\n    y = f32["rows", "columns"]()\n'
LOOPS = HEAD + "    while True:\n        y[0, 0] = x[0, 0]\n    return y\n"
FAILS = HEAD + '    print("came in")\n    y[len(x), 0] = 1.0\n    return y\n'
LEAVES = HEAD + "    fetch(x)\n    return y\n"
TWICE = HEAD + "    y[0, 0] = 2.0 * x[0, 0]\n    return y\n"
REACHED = """async () => {
    const tried = {fetch: () => fetch("/"), request: () => new XMLHttpRequest(), socket: () => new WebSocket("wss://a.b"),
        storage: () => indexedDB.open("a"), caches: () => caches.open("a"), script: () => importScripts("/a.js"),
        code: () => Function("return 1")(), worker: () => new Worker("/a.js")};
    const found = [];
    for (const [name, reach] of Object.entries(tried)) try { await reach(); found.push(name); } catch { continue; }
    return found;
}"""


def write_over(page: Page, name: str, text: str) -> None:
    """Writes this text over all of an editor's."""
    page.get_by_role("textbox", name=name).focus()
    page.keyboard.press("Control+a")
    # Typed over a selection of several lines, Chromium keeps its colours as styles, which the policy then refuses.
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)


def python_of(page: Page) -> Worker:
    """The worker in which Python runs."""
    return next(
        each
        for each in page.workers
        if each.evaluate("() => typeof loadPyodide === 'function' && location.protocol === 'blob:'")
    )


@pytest.mark.protects("runes/python-in-pages")
def test_a_block_is_made_run_and_stopped(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Sine")
    expect(page.locator("[data-language='browser']")).to_be_visible(timeout=PATIENCE)

    # Asked for by the palette of commands, put between two stages.
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="A command, a file or a stage")).to_be_focused()
    page.keyboard.type("New block in Python")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="New block in Python")
    dialog.get_by_label("Function name").fill("smooth")
    dialog.get_by_label("Where it runs").select_option(index=2)
    _shot(page, "dialog")
    dialog.get_by_role("button", name="Create").click()
    expect(page.get_by_role("tab", name="smooth.py")).to_have_attribute("aria-selected", "true")

    # It runs beside its text on what comes in, with the values at their lines.
    live = page.get_by_role("region", name="Block smooth")
    expect(live.get_by_text("per call, in Python")).to_be_visible(timeout=PATIENCE)
    for value in ("1", "2", "3", "1.5"):
        write(page.get_by_label("Value as a number"), value)
        expect(page.locator(".line-value").first).to_contain_text("last[0, 0] = ")
    _shot(page, "live")

    # A block that leaves the language gets a message, and one that fails or never ends a message at its line; the page
    # lives on.
    write_over(page, "smooth.py", LEAVES)
    expect(live.get_by_role("status").first).to_contain_text("Line 3", timeout=PATIENCE)
    write_over(page, "smooth.py", FAILS)
    expect(live.get_by_role("alert")).to_contain_text("Line 4: index 1 is out of range", timeout=PATIENCE)
    expect(live.get_by_label("Output of print, by line")).to_contain_text("3: came in")
    _shot(page, "failed")
    write_over(page, "smooth.py", LOOPS)
    expect(live.get_by_role("alert")).to_contain_text("took longer than 1 s", timeout=PATIENCE)
    write_over(page, "smooth.py", TWICE)
    expect(live.get_by_role("alert")).to_have_count(0, timeout=PATIENCE)
    expect(page.locator(".line-value").filter(has_text="y[0, 0] = ")).to_be_visible(timeout=PATIENCE)
    expect_running(page)
    write(page.get_by_label("Value as a number"), "1.5707")
    result = page.get_by_role("region", name="Output result")
    expect(result.get_by_role("paragraph").first).to_have_text(re.compile(r"^(1\.9|2)"), timeout=PATIENCE)

    # Were there a way out of the language, the sandbox would have none.
    # Code made of a text is made by the caller here, past the policy: it shows that the question finds what it can.
    assert python_of(page).evaluate(REACHED) == ["code"]


def _shot(page: Page, name: str) -> None:
    """Takes a picture for a person to look at: the folder is named by the environment."""
    folder = os.environ.get("FORGE_SHOTS")
    if folder is not None:
        page.screenshot(path=Path(folder) / f"{name}.png")
