"""A preview that reaches a page before the edit that it is of: both come over sockets of their own."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, expect_running, replace_in_editor, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = pytest.mark.e2e

DOCUMENT, EVENTS = re.compile(r"/collab(\?|$)"), re.compile(r"/events\?")


class LateDocument:
    """Holds back what the live document sends to a page, until the next preview that is ready has passed."""

    def __init__(self, page: Page) -> None:
        self.is_holding = False
        self._waiting: list[tuple[WebSocketRoute, str | bytes]] = []
        page.route_web_socket(DOCUMENT, self._document)
        page.route_web_socket(EVENTS, self._events)

    def _document(self, socket: WebSocketRoute) -> None:
        def take(message: str | bytes) -> None:
            if self.is_holding:
                self._waiting.append((socket, message))
            else:
                socket.send(message)

        socket.connect_to_server().on_message(take)

    def _events(self, socket: WebSocketRoute) -> None:
        def take(message: str | bytes) -> None:
            socket.send(message)
            if self.is_holding and isinstance(message, str) and _is_ready(json.loads(message)):
                self.is_holding = False
                for target, event in self._waiting:
                    target.send(event)

        socket.connect_to_server().on_message(take)


def _is_ready(event: object) -> bool:
    return isinstance(event, dict) and event["type"] == "preview.changed" and event["data"]["state"] == "ready"


@pytest.mark.slow
def test_a_page_says_up_to_date_although_the_preview_came_before_the_edit(
    forge: LiveForge, open_page: OpenPage
) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Sine")
    expect_running(page)
    other = page.context.new_page()
    late = LateDocument(other)
    other.goto(page.url)
    expect_running(other)

    late.is_holding = True
    replace_in_editor(page, "Runefile.yml", "modulus", "modulus: 3.5")
    changed = other.get_by_role("textbox", name="Runefile.yml").locator(".cm-line").filter(has_text="modulus: 3.5")
    expect(changed).to_be_visible(timeout=PATIENCE)
    assert not late.is_holding, "the preview did not come first"
    expect_running(other)
