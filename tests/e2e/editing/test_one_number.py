"""Two people replace one number while offline, in two real browsers: one value stands, the other is a press away."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, expect_saved, invite, join, replace_in_editor, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = pytest.mark.e2e


class LiveLine:
    """The way of a page to its live document, which can be cut."""

    def __init__(self, page: Page) -> None:
        self._is_cut = False
        self._open: list[WebSocketRoute] = []
        page.route_web_socket(re.compile(r"/collab(\?|$)"), self._opened)

    def _opened(self, socket: WebSocketRoute) -> None:
        if self._is_cut:
            socket.close(code=1012, reason="cut")
        else:
            self._open += [socket, socket.connect_to_server()]

    def cut(self) -> None:
        self._is_cut = True
        for socket in self._open:
            socket.close(code=1012, reason="cut")
        self._open.clear()

    def restore(self) -> None:
        self._is_cut = False


def lines(page: Page, has: str) -> int:
    return page.get_by_role("textbox", name="Runefile.yml").locator(".cm-line").filter(has_text=has).count()


@pytest.mark.slow
def test_of_two_numbers_that_were_written_offline_one_stands_and_the_other_is_offered(
    forge: LiveForge, open_page: OpenPage
) -> None:
    owner, colleague = open_page(), open_page()
    sign_in(owner, forge.printed_link())
    create(owner, "Digits")
    studio = owner.url
    join(colleague, invite(owner, "developer"), "Jo Okafor")
    pages = (owner, colleague)
    ways = [LiveLine(page) for page in pages]
    for page in pages:
        page.goto(studio)
        expect_saved(page)
    for way in ways:
        way.cut()
    for page, value in ((owner, "24"), (colleague, "32")):
        replace_in_editor(page, "Runefile.yml", "width: 28", f"width: {value}")
        expect(page.get_by_role("banner").get_by_role("status")).not_to_have_text("Saved", timeout=PATIENCE)
    for page, way in zip(pages, ways, strict=True):
        way.restore()
        expect_saved(page)
    for page in pages:
        notice = page.get_by_role("group", name="Jo Okafor wrote 32 here at the same time.")
        expect(notice).to_be_visible(timeout=PATIENCE)
        assert (lines(page, "width: 24"), lines(page, "width: 32"), lines(page, "2432")) == (1, 0, 0)

    # By keyboard: out of the text, and to the first of the two buttons.
    owner.get_by_role("textbox", name="Runefile.yml").focus()
    owner.keyboard.press("Escape")
    owner.keyboard.press("Tab")
    expect(owner.get_by_role("button", name="Use 32")).to_be_focused()
    owner.keyboard.press("Enter")
    for page in pages:
        expect(page.get_by_role("group", name="at the same time")).to_have_count(0, timeout=PATIENCE)
        assert (lines(page, "width: 24"), lines(page, "width: 32")) == (0, 1)

    # The choice is an edit like any other.
    owner.keyboard.press("Control+z")
    for page in pages:
        expect(page.get_by_role("group", name="at the same time")).to_be_visible(timeout=PATIENCE)
    colleague.get_by_role("button", name="Keep 24").click()
    for page in pages:
        expect(page.get_by_role("group", name="at the same time")).to_have_count(0, timeout=PATIENCE)
        assert (lines(page, "width: 24"), lines(page, "width: 32")) == (1, 0)
