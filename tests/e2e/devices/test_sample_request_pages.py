"""A member asks for samples on the page Watch, and owners answer on the pages of their devices."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from hmrd.protocol.enrolment import CodeProof
from hmrd.protocol.samples import AnswerKind, SampleOffer
from tests.support.browsers.accessibility import LOOKS, findings
from tests.support.browsers.fleet import LiveDevice
from tests.support.browsers.pages import PHONE, OpenPage
from tests.support.forge.sample_requests import wav
from tests.support.hmrd.served_fleet import Fleet
from tests.support.servers.live_server import LiveServer

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with LiveServer(tmp_path_factory.mktemp("data")) as live:
        yield Fleet(live, "keywords")


@pytest.fixture
def page(fleet: Fleet, open_page: OpenPage) -> Page:
    page = open_page()
    cookies = [
        {"name": name, "value": value, "url": fleet.live.address} for name, value in fleet.live.http.cookies.items()
    ]
    page.context.add_cookies(cookies)  # type: ignore[arg-type]
    return page


def joined(fleet: Fleet, *names: str) -> list[LiveDevice]:
    """Devices of the deployment, which counts."""
    devices = [LiveDevice(fleet.live.address, name) for name in names]
    for device in devices:
        device.join(CodeProof(fleet.code()["code"].replace("-", "")))
    fleet.act("PUT", "group", {"group": "berlin", "devices": len(names)})
    fleet.live.api("PUT", f"projects/{fleet.project}/deployments/gateways/telemetry")
    return devices


def test_owners_are_asked_and_answer(fleet: Fleet, page: Page) -> None:
    first, second, _ = joined(fleet, "desk-1", "desk-2", "desk-3")
    watch = f"{fleet.live.address}/{fleet.project}/deployments/gateways/watch"
    page.goto(watch)
    card = page.get_by_role("region", name="Ask for samples like these")
    card.get_by_label("Answers with the label").select_option("no")
    card.get_by_label("Devices (a search").fill("site=berlin")
    assert findings(page, LOOKS) == []
    card.get_by_role("button", name="Ask the owners").click()
    request = card.get_by_role("article", name='Request for sounds that 1.0 calls "no"')
    expect(request).to_contain_text("3 devices")
    expect(request).to_contain_text("0 owners said yes, 0 no, 3 did not answer. 0 samples here")

    offer = SampleOffer.from_json(first.poll()["samples"][0])
    assert first.answer(offer, AnswerKind.YES) == "accepted"
    assert first.send_window(offer, wav()) == "accepted"
    assert first.send_window(offer, wav(2000)) == "accepted"
    assert second.answer(offer, AnswerKind.NO) == "accepted"
    page.reload()
    expect(request).to_contain_text(
        "1 owner said yes, 1 no, 1 did not answer. 2 samples here, 2 of them not accepted yet"
    )
    expect(request.get_by_label("Sample 1 of Device 1")).to_be_visible()
    request.get_by_text("See what they read").click()
    expect(request).to_contain_text("Models of workshop/keywords learn from them.")
    assert findings(page, LOOKS) == []
    page.set_viewport_size(PHONE)
    assert findings(page) == []

    answer_on_the_page(fleet, page)
    page.goto(watch)
    press_twice(request.get_by_role("button", name="End the request"))
    expect(request).to_contain_text("ended")
    assert "samples" not in first.poll()


def press_twice(button: Locator) -> None:
    """Presses a button that asks first."""
    element = button.element_handle()
    element.click()
    element.click()


def answer_on_the_page(fleet: Fleet, page: Page) -> None:
    """Answers for a device on its page, and takes back what another one sent."""
    page.set_viewport_size({"width": 1440, "height": 900})
    devices = f"{fleet.live.address}/{fleet.organisation}/devices"
    page.goto(f"{devices}/desk-3")
    card = page.get_by_role("region", name="Requests for samples")
    expect(card).to_contain_text("cannot be heard from here")
    card.get_by_label("Train models of this project").uncheck()
    assert findings(page, LOOKS) == []
    card.get_by_role("button", name="Yes, send them").click()
    expect(card).to_contain_text("A yes waits for the device")
    page.goto(f"{devices}/desk-1")
    press_twice(card.get_by_role("button", name="Take back what was sent"))
    expect(card).to_contain_text("The owner took back what was sent.")
