"""The page Watch in a browser: an alert is given to somebody, snoozed and woken by keyboard and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browsers.accessibility import LOOKS, findings
from tests.support.browsers.pages import PHONE, OpenPage
from tests.support.browsers.studio import sign_in
from tests.support.forge.factories.watched_deployment import make_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

KNOCK, SPEECH = "“knock” is a larger part", "“speech” is a larger part"


def open_menu(page: Page, title: str) -> Locator:
    """Opens the menu of an alert by keyboard. Returns the alert."""
    alert = page.get_by_role("listitem").filter(has_text=title)
    menu = alert.locator("summary")
    menu.focus()
    menu.press("Enter")
    return alert


def test_an_alert_is_taken_snoozed_and_woken(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    address = f"{make_in(forge)}/watch"
    page.goto(address)
    expect(page.get_by_role("link", name="Watch 2 alerts")).to_be_visible()
    assert findings(page, LOOKS) == []

    alert = open_menu(page, KNOCK)
    assert findings(page, LOOKS) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(alert.locator(".watch-owner")).to_be_visible()
    open_menu(page, KNOCK)
    alert.get_by_label("Give it to").select_option("Jo Okafor")
    alert.get_by_role("button", name="Give", exact=True).click()
    expect(alert.locator(".watch-owner")).to_contain_text("Jo Okafor")

    page.set_viewport_size(PHONE)
    alert = open_menu(page, SPEECH)
    alert.get_by_label("Snooze it, because").fill("The hall is being rebuilt")
    alert.get_by_role("button", name="1 week").click()
    expect(page.get_by_role("link", name="Watch 1 alert")).to_be_visible()
    snoozed = page.get_by_text("Snoozed (1)")
    snoozed.click()
    expect(page.get_by_text("The hall is being rebuilt")).to_be_visible()
    assert findings(page, LOOKS) == []
    page.set_viewport_size(PHONE)
    open_menu(page, SPEECH).get_by_role("button", name="End the snooze").click()
    expect(page.get_by_role("link", name="Watch 2 alerts")).to_be_visible()


def test_a_device_shows_each_byte_of_yesterday(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    page.goto(f"{make_in(forge)}/watch")
    page.get_by_role("link", name="Yesterday's 242 bytes of gate-2").click()
    card = page.get_by_role("region", name="Counts")
    expect(card).to_contain_text('60 with the answer "nothing"')
    card.get_by_text("All 242 bytes").click()
    expect(card.get_by_role("cell", name="signature of the device")).to_be_visible()
    assert findings(page, LOOKS) == []
