"""A phone that records for the page of examples: tabs, holding and tapping, digits on both screens, and Send."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Dialog, Page, Playwright, expect

from tests.e2e.test_collecting import EXPECTED, knocks, saved_on
from tests.e2e.test_start import LONG, name_first, open_start
from tests.support.browsers.accessibility import LOOKS, findings
from tests.support.browsers.motion import GIVE_EVENTS
from tests.support.browsers.pages import DESKTOP, PHONE, OpenPage, launch, people
from tests.support.servers.live_forge import LiveForge

pytestmark = pytest.mark.e2e

HOLD = 1200
"""Milliseconds for which the button is held."""


@pytest.fixture
def open_page(playwright: Playwright) -> Iterator[OpenPage]:
    def is_expected(text: str) -> bool:
        return any(each in text for each in EXPECTED)

    with people(lambda microphone: launch(playwright, microphone), is_expected) as opener:
        yield opener


def show_code(computer: Page, label: str) -> str:
    """Shows a label's code on the computer; returns the address in it."""
    computer.get_by_label(f"Label {label}", exact=True).get_by_role("button", name="Phone").click()
    code = computer.get_by_role("img", name=re.compile("Code of the address"))
    expect(code).to_be_visible(timeout=LONG)
    return str(code.get_attribute("alt")).removeprefix("Code of the address ")


def agree(phone: Page, address: str) -> str:
    """Reads the terms and agrees; returns the digits that the phone shows."""
    phone.goto(address)
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Record ")
    assert "#" not in phone.url
    digits = phone.get_by_text(re.compile("^Code ")).locator("b").inner_text()
    phone.get_by_role("button", name="I agree, start recording").click()
    return digits


def hold(phone: Page) -> None:
    """Presses and holds the button with a pointer, and lets it go."""
    box = phone.get_by_role("button", name="Hold to record").bounding_box()
    assert box is not None
    phone.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    phone.mouse.down()
    expect(phone.get_by_role("button", name="Recording: let go to stop")).to_be_visible(timeout=LONG)
    phone.wait_for_timeout(HOLD)
    phone.mouse.up()


@pytest.mark.slow
@pytest.mark.protects("recordings/phone-store", "recordings/phone-digits")
def test_a_phone_records_under_its_tabs_and_sends_when_its_person_says_so(
    forge: LiveForge, open_page: OpenPage, tmp_path: Path
) -> None:
    computer = open_page(viewport=DESKTOP)
    open_start(forge, computer, "sound")
    name_first(computer, "knock")
    address = show_code(computer, "knock")
    expect(computer.get_by_text("both screens show the same four digits")).to_be_visible()

    phone = open_page(microphone=knocks(tmp_path / "knocks.wav"), viewport=PHONE)
    digits = agree(phone, address)
    assert re.fullmatch(r"\d{4}", digits)
    # On the computer without a reload.
    expect(computer.locator(".start-digits")).to_have_text(digits, timeout=LONG)
    expect(computer.get_by_text(re.compile("connected$"))).to_be_visible()
    assert findings(computer, LOOKS) == []

    phone.get_by_role("button", name="Turn on the microphone").click()
    hold(phone)
    tiles = phone.get_by_role("listitem")
    expect(tiles.first).to_be_visible(timeout=LONG)
    expect(phone.get_by_text(re.compile(r"^0 \+ \d here$"))).to_be_visible()
    count = saved_on(phone)
    assert count == tiles.count() >= 1
    # A tap begins, the next one ends.
    phone.get_by_role("radio", name=re.compile("background")).check(force=True)
    expect(phone.get_by_role("heading", name="background", level=1)).to_be_visible()
    phone.get_by_role("button", name="Hold to record").click()
    expect(phone.get_by_role("button", name="Recording: tap to stop")).to_be_visible()
    expect(phone.get_by_text("good level")).to_be_visible(timeout=LONG)
    assert findings(phone, LOOKS) == []
    phone.get_by_role("button", name="Recording: tap to stop").click()
    expect(tiles).to_have_count(1, timeout=LONG)
    # Keys hold it as well.
    phone.get_by_role("button", name="Hold to record").focus()
    phone.keyboard.down("Space")
    expect(phone.get_by_role("button", name="Recording: let go to stop")).to_be_visible()
    phone.wait_for_timeout(HOLD)
    phone.keyboard.up("Space")
    expect(tiles).to_have_count(2, timeout=LONG)
    phone.get_by_role("button", name="Play recording 2 of background").click()
    phone.get_by_role("button", name="Delete recording 2 of background").click()
    expect(tiles).to_have_count(1)
    assert findings(phone, LOOKS) == []
    # Nothing was sent; a reload keeps it, after a question.
    expect(computer.get_by_text("Nothing was sent yet.")).to_be_visible()
    questions: list[str] = []

    def answer(dialog: Dialog) -> None:
        questions.append(dialog.type)
        dialog.accept()

    phone.on("dialog", answer)
    phone.reload()
    assert questions == ["beforeunload"]
    send = phone.get_by_role("button", name=f"Send {count + 1}")
    expect(send).to_be_visible(timeout=LONG)
    # Without a network they stay on the phone, and go out when it is back.
    context: BrowserContext = phone.context
    context.set_offline(True)
    send.click()
    expect(phone.get_by_text("No connection.")).to_be_visible(timeout=LONG)
    assert saved_on(phone) == count + 1
    context.set_offline(False)
    expect(phone.get_by_role("button", name="Send", exact=True)).to_be_disabled(timeout=LONG)
    assert saved_on(phone) == 0
    expect(computer.get_by_text(re.compile(rf"{count + 1} recordings came in"))).to_be_visible(timeout=LONG)
    knocked = computer.get_by_role("list", name="Recordings of knock").get_by_role("listitem")
    expect(knocked).to_have_count(count, timeout=LONG)
    expect(computer.get_by_role("list", name="Recordings of background").get_by_role("listitem")).to_have_count(1)

    # The phone that is disconnected on the computer can record no longer, and keeps nothing.
    phone.get_by_role("button", name="Turn on the microphone").click()
    hold(phone)
    expect(phone.get_by_role("button", name=re.compile(r"Send \d"))).to_be_visible(timeout=LONG)
    computer.get_by_role("button", name="Not your phone? Disconnect it").click()
    expect(computer.get_by_text("This code no longer works")).to_be_visible(timeout=LONG)
    phone.get_by_role("button", name=re.compile(r"Send \d")).click()
    expect(phone.get_by_role("heading", name="This phone cannot record")).to_be_visible(timeout=LONG)
    assert saved_on(phone) == 0


@pytest.mark.slow
def test_a_hold_is_a_burst_of_pictures(forge: LiveForge, open_page: OpenPage) -> None:
    computer = open_page(viewport=DESKTOP)
    open_start(forge, computer, "picture")
    name_first(computer, "cup")
    phone = open_page(viewport=PHONE)
    agree(phone, show_code(computer, "cup"))
    phone.get_by_role("button", name="Turn on the camera").click()
    hold(phone)
    tiles = phone.get_by_role("listitem")
    expect(tiles.nth(1)).to_be_visible(timeout=LONG)
    assert findings(phone, LOOKS) == []
    count = tiles.count()
    phone.get_by_role("button", name=f"Send {count}").click()
    cups = computer.get_by_role("list", name="Recordings of cup").get_by_role("listitem")
    expect(cups).to_have_count(count, timeout=LONG)


@pytest.mark.slow
def test_a_hold_is_one_recording_of_motion(forge: LiveForge, open_page: OpenPage) -> None:
    computer = open_page(viewport=DESKTOP)
    open_start(forge, computer, "motion")
    name_first(computer, "shake")
    phone = open_page(viewport=PHONE)
    agree(phone, show_code(computer, "shake"))
    phone.get_by_role("button", name="Turn on the motion sensor").click()
    phone.get_by_role("button", name="Hold to record").click()
    phone.evaluate(GIVE_EVENTS, [(math.sin(step / 5), math.cos(step / 5), 9.8) for step in range(60)])
    phone.get_by_role("button", name="Recording: tap to stop").click()
    expect(phone.get_by_role("listitem")).to_have_count(1, timeout=LONG)
    phone.get_by_role("button", name="Send 1").click()
    shakes = computer.get_by_role("list", name="Recordings of shake").get_by_role("listitem")
    expect(shakes).to_have_count(1, timeout=LONG)
