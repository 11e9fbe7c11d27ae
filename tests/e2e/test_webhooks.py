"""An owner makes a webhook to a receiver that is down, sees why a message was not taken, and sees it arrive."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from standardwebhooks import Webhook

from tests.support.browsers.accessibility import findings
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, sign_in
from tests.support.servers.live_forge import LiveForge
from tests.support.servers.webhook_receiver import receiving

pytestmark = [pytest.mark.e2e, pytest.mark.proof]


def test_a_message_to_a_receiver_that_was_down_first_is_shown_and_arrives(open_page: OpenPage, tmp_path: Path) -> None:
    with receiving() as before:
        port, url = before.port, before.url
    with LiveForge(tmp_path / "data", {"WEBHOOKS_TO": "anywhere"}) as forge:
        page = open_page()
        sign_in(page, forge.printed_link())
        organisation = page.get_by_role("navigation", name="Breadcrumb").get_by_role("link").first
        page.goto(f"{forge.address}{organisation.get_attribute('href')}/-/settings/webhooks")
        page.get_by_label("Address").fill(url)
        page.get_by_role("button", name="Create webhook").click()
        secret = page.get_by_label("The secret").input_value()
        page.get_by_role("link", name="Send a test message").click()
        page.get_by_role("button", name="Send a test message").click()
        reload_until(page, "could not be sent", in_the_delivery)
        assert findings(page) == []
        with receiving(port=port) as receiver:
            reload_until(page, "Delivered")
        headers, body = receiver.got[0]
        assert Webhook(secret).verify(body, headers)["type"] == "webhook.ping"
        page.get_by_text("webhook.ping").first.click()
        expect(page.get_by_text("answered 204")).to_be_visible()
        page.get_by_role("button", name="Send again: webhook.ping").click()
        expect(page.get_by_text("Waiting").or_(page.get_by_text("Delivered")).first).to_be_visible()
        page.close()


def in_the_delivery(page: Page) -> None:
    """Opens the newest delivery. Its summary speaks of a next try before the first one, too."""
    page.get_by_text("webhook.ping").first.click()


def reload_until(page: Page, words: str, look: Callable[[Page], None] = lambda _: None) -> None:
    """Loads the page again, and looks at it, until it shows these words."""
    deadline = time.monotonic() + PATIENCE / 1000
    look(page)
    while not page.get_by_text(words).first.is_visible():
        assert time.monotonic() < deadline, f"the page never says {words}"
        page.wait_for_timeout(200)
        page.reload()
        look(page)
