"""A file with CRLF in the editor, and the undo of the file in front, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, expect_saved, open_file, put_file, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = pytest.mark.e2e


def stored_bytes(page: Page, path: str) -> bytes:
    expect_saved(page)
    server, organisation, project = page.url.removesuffix("/studio").rsplit("/", 2)
    return page.request.get(f"{server}/api/v1/projects/{organisation}/{project}/files/{path}").body()


def test_lines_with_crlf_stay_whole_and_each_file_has_its_own_undo(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    put_file(page, "windows.txt", b"one\r\ntwo\r\n")
    open_file(page, "windows.txt")
    text = page.get_by_role("textbox", name="windows.txt")
    expect(text).to_contain_text("two", timeout=PATIENCE)
    expect(text.locator(".cm-specialChar")).to_have_count(0)

    # At the end of a line: letters, a new line, and keys that pass over the end as over one character.
    text.locator(".cm-line").filter(has_text="one").click()
    page.keyboard.press("End")
    page.keyboard.type("s")
    page.keyboard.press("Enter")
    page.keyboard.type("more")
    expect(text.locator(".cm-specialChar")).to_have_count(0)
    assert stored_bytes(page, "windows.txt") == b"ones\r\nmore\r\ntwo\r\n"
    page.keyboard.press("ArrowRight")
    page.keyboard.type("x")
    assert stored_bytes(page, "windows.txt") == b"ones\r\nmore\r\nxtwo\r\n"
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    assert stored_bytes(page, "windows.txt") == b"ones\r\nmoretwo\r\n"
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Delete")
    assert stored_bytes(page, "windows.txt") == b"ones\r\nmoretwo\r\n"

    page.keyboard.press("Control+End")
    page.keyboard.type("!")
    assert stored_bytes(page, "windows.txt") == b"ones\r\nmoretwo\r\n!"

    # The last edit is one of another file; the keys take back that of the file in front.
    open_file(page, "README.md")
    readme = page.get_by_role("textbox", name="README.md")
    readme.click()
    page.keyboard.press("Control+Home")
    page.keyboard.type("Hello. ")
    expect(readme).to_contain_text("Hello. ")
    open_file(page, "windows.txt")
    text.click()
    page.keyboard.press("Control+z")
    assert stored_bytes(page, "windows.txt") == b"ones\r\nmoretwo\r\n"
    open_file(page, "README.md")
    expect(readme).to_contain_text("Hello. ")
