"""A block of one project in another of its organisation: published, found, put into the graph, run, and renewed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsers.accessibility import findings
from tests.support.browsers.graph import open_palette, runefile, show_graph, stage, wait_for_text
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, expect_running, open_file, put_file, sign_in, write
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

HALF = b'''"""Halve what comes in, so that one loud moment is not a word."""


def half(x: f32["rows", "columns"], *, factor: f32 = 0.5) -> f32["rows", "columns"]:
    y = f32["rows", "columns"]()
    for i in range(len(x)):
        for j in range(len(x[0])):
            y[i, j] = factor * x[i, j]
    return y
'''
SEND = """async ([address, body]) => {
  const token = /csrftoken=([^;]+)/.exec(document.cookie)[1];
  const headers = { "X-CSRFToken": token, "Content-Type": "application/json" };
  if (address.endsWith("/blocks"))
    headers["If-Match"] = (await fetch(address.replace(/blocks$/, "files"))).headers.get("ETag");
  const answer = await fetch(address, { method: "POST", body: JSON.stringify(body), headers });
  if (!answer.ok) throw new Error(await answer.text());
}"""


def test_a_block_of_another_project_is_found_run_and_renewed(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Sine")
    organisation, first = page.url.removesuffix("/studio").split("/")[-2:]
    put_file(page, "half.py", HALF)
    open_file(page, "half.py")
    page.get_by_role("button", name="Publish block…").click()
    dialog = page.get_by_role("dialog", name="Publish half")
    dialog.get_by_label("Version").fill("one")
    expect(dialog.get_by_text("One to three numbers")).to_be_visible()
    dialog.get_by_label("Version").fill("1.0")
    dialog.get_by_label("What is new").fill("Its first version.")
    _look(page, "publish")
    dialog.get_by_role("button", name="Publish").click()
    confirmation = page.get_by_role("dialog", name="half 1.0 is published")
    expect(confirmation).to_be_visible(timeout=PATIENCE)
    _look(page, "published")
    confirmation.get_by_role("button", name="Done").click()

    # Another project finds it, with what it says of itself, and runs it on the wire that is chosen.
    page.evaluate(SEND, ["/api/v1/projects", {"organisation": organisation, "name": "clap", "template": "sine"}])
    page.goto(f"{forge.address}/{organisation}/clap/studio")
    expect(page.locator("[data-language=browser]")).to_be_visible(timeout=PATIENCE)
    expect_running(page)
    show_graph(page)
    item = open_palette(page, "half")
    expect(item).to_contain_text("Halve what comes in")
    _shot(page, "palette")
    item.drag_to(page.locator("[data-wire]").first)
    path = f"{organisation}/{first}#half@1.0"
    text = wait_for_text(page, lambda text: path in text)
    assert "inputs: [half]" in text
    lock = page.get_by_role("tree", name="Files").get_by_role("treeitem", name="rune.lock")
    expect(lock).to_be_visible()
    expect_running(page)
    page.get_by_role("button", name="Close the palette").click()
    panel = page.get_by_role("complementary", name="half")
    expect(panel).to_contain_text("This is the newest version.")
    expect(panel).to_contain_text(f"Version 1.0 of half, published by {organisation}/{first}")
    _shot(page, "panel")

    # It runs beside the graph in the page's own Python, as it was published, on what comes in.
    live = page.get_by_role("region", name="Block half", exact=True)
    expect(live.get_by_text("per call, in Python")).to_be_visible(timeout=PATIENCE)
    source = page.get_by_role("region", name="Source of half")
    expect(source).to_contain_text(f"of {organisation}/{first}, read-only")
    expect(source.get_by_role("heading", name="half 1.0")).to_be_visible()
    write(page.get_by_label("Value as a number"), "0.5")
    line = source.get_by_role("listitem").filter(has_text="y[i, j] = factor * x[i, j]")
    expect(line.locator(".line-value")).to_have_text("y[0, 0] = 0.25", timeout=PATIENCE)
    expect(source.get_by_role("button", name="Copy into my project")).to_be_visible()
    _look(page, "beside")

    # One undo takes block and lock back, and the redo brings both.
    stage(page, "half").focus()
    page.keyboard.press("Control+z")
    wait_for_text(page, lambda text: path not in text)
    expect(lock).to_have_count(0)
    stage(page, "number").focus()
    page.keyboard.press("Control+Shift+z")
    wait_for_text(page, lambda text: path in text)

    # The maker publishes the next version; the user sees what it changes, and takes it.
    maker = page.context.new_page()
    maker.goto(f"{forge.address}/{organisation}/{first}/studio")
    expect_running(maker)
    put_file(maker, "half.py", HALF.replace(b"factor * x[i, j]", b"min(factor * x[i, j], 1.0)"))
    next_one = {"path": "half.py", "version": "1.1", "notes": "Ends at 1."}
    maker.evaluate(SEND, [f"/api/v1/projects/{organisation}/{first}/blocks", next_one])
    maker.close()
    # Looked at again, the stage says so.
    page.keyboard.press("Escape")
    stage(page, "number").click()
    stage(page, "half").click()
    expect(page.get_by_text("1.1 is available: Ends at 1.")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="See what changes").click()
    changes = page.get_by_role("dialog", name="half: 1.0 to 1.1")
    expect(changes.get_by_text("min(factor * x[i, j], 1.0)")).to_be_visible(timeout=PATIENCE)
    _look(page, "changes")
    changes.get_by_role("button", name="Use version 1.1").click()
    wait_for_text(page, lambda text: "#half@1.1" in text)
    expect(page.get_by_text("This is the newest version.")).to_be_visible(timeout=PATIENCE)
    expect_running(page)
    assert "#half@1.1" in runefile(page)
    expect(source.get_by_role("heading", name="half 1.1")).to_be_visible(timeout=PATIENCE)

    # Its page says all of it; advice against it is shown there and beside the stage, until it is undone.
    reader = page.context.new_page()
    reader.goto(f"{forge.address}/{organisation}/-/blocks")
    expect(reader.get_by_role("link", name="half")).to_contain_text("2 versions")
    _look(reader, "list")
    reader.get_by_role("link", name="half").click()
    expect(reader.get_by_role("heading", name="What changed since 1.0")).to_be_visible()
    _look(reader, "page")
    reader.get_by_text("Deprecate 1.1").click()
    reader.get_by_label("Why").fill("It ends too early.")
    reader.get_by_label("Replacement").fill("1.0")
    _look(reader, "deprecate")
    reader.get_by_role("button", name="Deprecate", exact=True).click()
    expect(reader.get_by_text("half 1.1 is deprecated.")).to_be_visible()
    _look(reader, "deprecated")
    page.keyboard.press("Escape")
    stage(page, "number").click()
    stage(page, "half").click()
    part = page.get_by_role("region", name="The block's version")
    expect(part).to_contain_text("Deprecated: It ends too early.", timeout=PATIENCE)
    expect(panel).to_contain_text(f"Take {organisation}/{first}#half@1.0 instead.")
    expect(part.get_by_role("button", name="Use version 1.0")).to_be_visible()
    _shot(page, "deprecated-panel")
    reader.get_by_role("button", name="Take it back").click()
    expect(reader.get_by_text("half 1.1 is deprecated.")).to_have_count(0)


def _look(page: Page, name: str) -> None:
    """Axe finds nothing in what is shown, and a phone shows it as well."""
    assert findings(page) == [], name
    page.set_viewport_size({"width": 390, "height": 844})
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        _shot(page, f"{name}-phone-{scheme}")
    page.set_viewport_size({"width": 1440, "height": 940})
    _shot(page, name)


def _shot(page: Page, name: str) -> None:
    """Takes a picture for a person to look at: the folder is named by the environment."""
    folder = os.environ.get("FORGE_SHOTS")
    if folder is not None:
        page.screenshot(path=Path(folder) / f"{name}.png")
