"""A rune is foreign code: one that loops or grows is stopped and said so, and the page around it lives on."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, expect_running, open_file, replace_in_editor, sign_in, write
from tests.support.runes.wat_runes import rune
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

ASK = "(drop (call $capability (i32.const 5))) (drop (call $output (i32.const 1)))"
LOOPS = rune(ASK, "(loop $again (br $again))")
GROWS = rune(
    ASK,
    "(loop $again (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then unreachable)) (br $again))",
)
RUNES = "**/api/v1/builds/*/rune"
EVENTS = re.compile(r"/events\?")


class ReplacedRunes:
    """Replaces each rune that a page fetches, or is sent over its socket of events, by `module` while there is one.

    Made before the page opens its socket.
    """

    def __init__(self, page: Page) -> None:
        self.module: bytes | None = None
        page.route(RUNES, self._fetched)
        page.route_web_socket(EVENTS, self._opened)

    def _fetched(self, route: Route) -> None:
        if self.module is None:
            route.fallback()
        else:
            route.fulfill(body=self.module, content_type="application/wasm")

    def _opened(self, socket: WebSocketRoute) -> None:
        socket.connect_to_server().on_message(lambda message: socket.send(self._sent(message)))

    def _sent(self, message: str | bytes) -> str | bytes:
        """A rune is sent as a line that names it, then its bytes (forge/collab/pushed_runes.py)."""
        if self.module is None or isinstance(message, str):
            return message
        return message.partition(b"\n")[0] + b"\n" + self.module


@pytest.mark.protects("runes/in-pages")
def test_a_rune_that_loops_or_grows_is_stopped_and_the_page_lives_on(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    runes = ReplacedRunes(page)
    sign_in(page, forge.printed_link())
    create(page, "Sine")
    result = page.get_by_role("region", name="Output result")
    expect(result).to_be_visible(timeout=PATIENCE)

    alert = page.get_by_role("region", name="Preview").get_by_role("alert")
    open_file(page, "Runefile.yml")
    for module, reason, number in ((LOOPS, "did not answer within", 2), (GROWS, "needed more than", 3)):
        runes.module = module
        replace_in_editor(page, "Runefile.yml", "modulus", f"modulus: {number}")
        expect(alert).to_contain_text(reason, timeout=PATIENCE)
        expect(alert.get_by_role("button", name="Restart")).to_be_visible()

    runes.module = None
    replace_in_editor(page, "Runefile.yml", "modulus", "modulus: 6.2831853")
    expect_running(page)
    expect(alert).to_have_count(0, timeout=PATIENCE)
    write(page.get_by_label("Value as a number"), "1.5")
    expect(result.get_by_role("paragraph").first).to_have_text(re.compile(r"^0\.9"), timeout=PATIENCE)
