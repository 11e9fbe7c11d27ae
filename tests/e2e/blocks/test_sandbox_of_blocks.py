"""Attacks of a block in Python in a page: each way out is stopped with a message, and the studio goes on."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.blocks.test_block_in_python import write_over
from tests.e2e.blocks.test_tests_of_a_block import new_block
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, expect_running, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

HEAD = 'def smooth(x: f32["rows", "columns"]) -> f32["rows", "columns"]:\n    y = f32["rows", "columns"]()\n'
GOOD = HEAD + "    y[0, 0] = x[0, 0]\n    return y\n"
WAYS = {
    "fetch": ('fetch("/api/v1/me")', "Line 3"),
    "request": ("XMLHttpRequest()", "Line 3"),
    "socket": ('WebSocket("wss://a.test")', "Line 3"),
    "the module js": ("import js", "Line 3"),
    "part of js": ("from js import fetch", "Line 3"),
    "parent": ("parent.document", "Line 3"),
    "storage": ('localStorage.setItem("a", "b")', "Line 3"),
    "database": ('indexedDB.open("a")', "Line 3"),
    "cookies": ("document.cookie", "Line 3"),
    "another module": ("import os", "Line 3"),
    "Python's own": ('__import__("js")', "Line 3"),
    "files": ('open("/language/rune/abi.py")', "Line 3"),
    "text as code": ('eval("1")', "Line 3"),
    "classes of values": ("().__class__.__subclasses__()", "Line 3"),
    "memory": ("\n    ".join(f"a{each} = i64[16000000]()" for each in range(40)), "a page can run 4,000,000"),
    "a list that grows": ("z = [0.0] * 1000000000", "Line 3"),
}
"""The lines of a block and the message, by the attack."""
ENDLESS = {
    "a loop": "while True:\n        y[0, 0] = 1.0",
    "a loop in a loop": "while True:\n        for i in range(1000000):\n            y[0, 0] = 1.0",
}


@pytest.mark.protects("runes/python-in-pages")
def test_no_way_out_of_the_sandbox(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Sine")
    expect(page.locator("[data-language='browser']")).to_be_visible(timeout=PATIENCE)
    new_block(page, "smooth")
    live = page.get_by_role("region", name="Block smooth")
    expect(live.get_by_text("per call, in Python")).to_be_visible(timeout=PATIENCE)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    for name, (line, message) in WAYS.items():
        write_over(page, "smooth.py", f"{HEAD}    {line}\n    return y\n")
        expect(live.get_by_role("status").first, name).to_contain_text(message, timeout=PATIENCE)
        _goes_on(page)
    assert [each for each in requests if "a.test" in each or each.endswith("/me")] == []
    for name, lines in ENDLESS.items():
        write_over(page, "smooth.py", f"{HEAD}    {lines}\n    return y\n")
        expect(live.get_by_role("alert"), name).to_contain_text("took longer than 1 s", timeout=PATIENCE)
        _goes_on(page)
    expect_running(page)


def _goes_on(page: Page) -> None:
    """A good text runs again."""
    write_over(page, "smooth.py", GOOD)
    expect(page.locator(".line-value").filter(has_text="y[0, 0] = ")).to_be_visible(timeout=PATIENCE)
