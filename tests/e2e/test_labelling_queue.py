"""The labelling queue in browsers: two people label by keys, and no sample comes to both; also on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_data import send
from tests.support.browsers.accessibility import LOOKS, findings
from tests.support.browsers.pages import PHONE, OpenPage
from tests.support.browsers.studio import create, invite, join, sign_in
from tests.support.forge.factories.recordings import loud
from tests.support.servers.live_forge import LiveForge

pytestmark = pytest.mark.e2e


def title(page: Page) -> str:
    return page.locator("[data-queue-title]").inner_text()


@pytest.mark.slow
def test_two_people_share_the_queue_by_keys(forge: LiveForge, open_page: OpenPage) -> None:
    page, other = open_page(), open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    project = page.url.removesuffix("/studio").removeprefix(f"{forge.address}/")
    send(page, project, *[(loud(number), ("knock", "glass", "", "", "")[number], "Guest 1") for number in range(5)])
    join(other, invite(page, "developer"), "Olu Ade")
    queue = f"{forge.address}/{project}/data/queue"
    for each in (page, other):
        each.goto(queue)
        each.get_by_role("button", name="Without a label 3").click()
        expect(each.locator("[data-queue-title]")).to_be_visible()
    assert title(page) != title(other)
    assert findings(page, LOOKS) == []
    first = title(page)
    page.keyboard.press("1")
    expect(page.locator("[data-queue-title]")).not_to_have_text(first)
    assert title(page) != title(other)
    page.keyboard.press("u")
    expect(page.locator("[data-queue-title]")).to_have_text(first)
    page.keyboard.press("2")
    expect(page.locator("[data-queue-title]")).not_to_have_text(first)
    other.get_by_role("button", name="Second look").click()
    expect(other.get_by_text("you see the label once you gave yours")).to_be_visible()
    assert title(other) == first
    assert findings(other, LOOKS) == []
    other.keyboard.press("1")
    expect(other.get_by_role("button", name="People disagree 1")).to_be_visible()
    other.get_by_role("button", name="People disagree 1").click()
    expect(other.get_by_role("list", name="Labels of people").get_by_text("knock")).to_be_visible()
    other.set_viewport_size(PHONE)
    assert findings(other, LOOKS) == []

    # The page of the version that is saved of it.
    page.goto(f"{forge.address}/{project}/data")
    page.get_by_role("button", name="Save version").click()
    expect(page.locator("#versions").get_by_role("link", name="v1")).to_be_visible()
    page.locator("#versions").get_by_role("link", name="v1").click()
    expect(page.get_by_role("heading", name="Version 1 of the data")).to_be_visible()
    assert findings(page, LOOKS) == []
