"""Recording with a phone for a project's data: sound, pictures and motion, also without a network."""

from __future__ import annotations

import math
import struct
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.e2e.devices.test_board_as_sensor import PEER, SensorBoard, rows
from tests.e2e.test_data import send
from tests.support.browsers.accessibility import LOOKS, findings
from tests.support.browsers.motion import GIVE_EVENTS
from tests.support.browsers.pages import DESKTOP, PHONE, OpenPage, launch, people
from tests.support.browsers.studio import PATIENCE, create, sign_in
from tests.support.forge.factories.recordings import loud
from tests.support.servers.live_forge import LiveForge

pytestmark = pytest.mark.e2e

EXPECTED = ("401", "404", "422", "ERR_INTERNET_DISCONNECTED")
"""Chromium's log messages about a phone that is not let in, about deleted recordings, and without a network."""


@pytest.fixture
def open_page(playwright: Playwright) -> Iterator[OpenPage]:
    def is_expected(text: str) -> bool:
        return any(each in text for each in EXPECTED)

    with people(lambda microphone: launch(playwright, microphone), is_expected) as opener:
        yield opener


def knocks(path: Path) -> Path:
    """Three seconds of knocks, for the microphone of Chromium."""
    rate = 16_000
    values = (int(20_000 * math.exp(-(index % 4_000) / 300) * math.sin(index / 4)) for index in range(3 * rate))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"".join(struct.pack("<h", value) for value in values))
    return path


def code(computer: Page, project_page: str, kind: str, label: str, count: int = 3) -> str:
    """Makes a code on the computer; returns the address in it."""
    computer.goto(f"{project_page}/data")
    computer.get_by_role("link", name="Collect with a phone").click()
    computer.get_by_label("What is recorded").select_option(kind)
    computer.get_by_label("Label (you can change it on the phone)").fill(label)
    computer.get_by_label("How many recordings").fill(str(count))
    expect(computer.get_by_label("For people outside: who the link is for")).to_be_hidden()
    seconds = computer.get_by_label("Seconds of each sound or motion")
    if kind == "picture":
        expect(seconds).to_be_hidden()
    else:
        seconds.fill("0.5")
    computer.get_by_role("button", name="Show the code").click()
    expect(computer.get_by_role("img", name="QR code with the link below")).to_be_visible()
    return computer.get_by_label("Or open this on the phone").input_value()


def at_rate(pieces: Iterator[bytes], rate: int) -> Iterator[bytes]:
    """Yields the bytes of a board, as often as its sensor measures."""
    for piece in pieces:
        time.sleep(1 / rate)
        yield piece


def agree(phone: Page, address: str) -> None:
    phone.goto(address)
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Record 3")
    assert "#" not in phone.url
    expect(phone.get_by_text("can see and hear these recordings")).to_be_visible()
    expect(phone.get_by_text("They are deleted when I withdraw them, and on")).to_be_visible()
    phone.get_by_role("button", name="I agree, start recording").click()


def record(phone: Page) -> None:
    phone.get_by_role("button", name="Record", exact=True).click()
    expect(phone.get_by_role("button", name="Save and next")).to_be_visible(timeout=PATIENCE)


def saved_on(phone: Page) -> int:
    """Returns how many recordings the phone's database has."""
    count: int = phone.evaluate(
        """async () => {
          let count = 0;
          for (const { name } of await indexedDB.databases()) {
            const opened = indexedDB.open(name);
            await new Promise((done) => (opened.onsuccess = done));
            const [store] = opened.result.objectStoreNames;
            const rows = opened.result.transaction(store).objectStore(store).count();
            await new Promise((done) => (rows.onsuccess = done));
            count += rows.result;
            opened.result.close();
          }
          return count;
        }"""
    )
    return count


@pytest.mark.slow
@pytest.mark.protects("recordings/phone-store")
def test_a_phone_records_keeps_redoes_and_sends_when_the_network_is_back(
    forge: LiveForge, open_page: OpenPage, tmp_path: Path
) -> None:
    computer = open_page(viewport=DESKTOP)
    sign_in(computer, forge.printed_link())
    create(computer, "Digits")
    project_page = computer.url.removesuffix("/studio")
    send(computer, project_page.removeprefix(f"{forge.address}/"), (loud(), "glass", "Guest 1"))
    address = code(computer, project_page, "sound", "knock")
    assert findings(computer, LOOKS) == []
    computer.get_by_role("link", name="See recordings arrive").click()
    expect(computer.locator("[data-count]")).to_have_text("1 sample")

    phone = open_page(microphone=knocks(tmp_path / "knocks.wav"), viewport=PHONE)
    agree(phone, address)
    expect(phone.get_by_text("1 of 3")).to_be_visible()
    assert findings(phone, LOOKS) == []
    # The recording before the second one is deleted.
    record(phone)
    assert saved_on(phone) == 0
    phone.get_by_role("button", name="Redo").click()
    expect(phone.get_by_role("meter", name="Level")).to_be_visible(timeout=PATIENCE)
    expect(phone.get_by_text("Good level")).to_be_visible(timeout=PATIENCE)
    assert findings(phone, LOOKS) == []
    phone.get_by_role("button", name="Save and next").click()
    expect(phone.get_by_text("2 of 3")).to_be_visible()
    expect(phone.get_by_text("1 not sent yet")).to_be_visible()
    assert saved_on(phone) == 1
    expect(computer.locator("[data-count]")).to_have_text("1 sample")

    # Sent: on the computer within a second, without a reload.
    phone.get_by_role("button", name="Send 1").click()
    began = time.monotonic()
    expect(computer.locator("[data-number='2'] b")).to_have_text("knock")
    print(f"on the computer after {time.monotonic() - began:.2f} s")
    expect(phone.get_by_text("1 sent")).to_be_visible()
    assert saved_on(phone) == 0

    # Another label, without a network.
    phone.get_by_label("Label", exact=True).fill("glass")
    record(phone)
    phone.get_by_role("button", name="Save and next").click()
    context: BrowserContext = phone.context
    context.set_offline(True)
    phone.get_by_role("button", name="Send 1").click()
    expect(phone.get_by_text("No connection.")).to_be_visible()
    expect(phone.get_by_text("1 waiting for the connection")).to_be_visible()
    assert saved_on(phone) == 1
    context.set_offline(False)
    expect(phone.get_by_text("2 sent")).to_be_visible(timeout=PATIENCE)
    expect(computer.locator("[data-number='3'] b")).to_have_text("glass")
    assert saved_on(phone) == 0

    # A reload keeps what is saved; the phone whose right ended keeps nothing.
    record(phone)
    phone.get_by_role("button", name="Save and next").click()
    expect(phone.get_by_text("1 not sent yet")).to_be_visible()
    phone.reload()
    expect(phone.get_by_text("1 not sent yet")).to_be_visible()
    computer.goto(f"{forge.address}/accounts/made")
    for _ in range(2):  # once more to confirm
        computer.locator("[data-sure]").click()
    expect(computer.get_by_text("You have no active links, tokens or connections.")).to_be_visible()
    phone.reload()
    expect(phone.get_by_role("heading", name="This phone cannot record")).to_be_visible()
    assert saved_on(phone) == 0
    assert findings(phone, LOOKS) == []


@pytest.mark.slow
def test_a_phone_takes_pictures_and_motion_at_the_stated_rate(forge: LiveForge, open_page: OpenPage) -> None:
    computer = open_page(viewport=DESKTOP)
    sign_in(computer, forge.printed_link())
    create(computer, "Digits")
    project_page = computer.url.removesuffix("/studio")
    phone = open_page(viewport=PHONE)
    agree(phone, code(computer, project_page, "picture", "door"))
    phone.get_by_role("button", name="Open the camera").click()
    phone.get_by_role("button", name="Take a picture").click()
    phone.get_by_role("button", name="Save and next").click()
    phone.get_by_role("button", name="One after another").click()
    # It stops by itself where all are there.
    phone.get_by_role("button", name="Save 2").click(timeout=PATIENCE)
    expect(phone.get_by_text("all 3 recorded")).to_be_visible()
    assert findings(phone, LOOKS) == []
    phone.get_by_role("button", name="Send 3").click()
    expect(phone.get_by_text("3 sent")).to_be_visible()

    agree(phone, code(computer, project_page, "motion", "ring"))
    phone.get_by_role("checkbox", name="Send each recording when I save it").check()
    phone.get_by_role("button", name="Record", exact=True).click()
    rows = [(math.sin(step / 5), math.cos(step / 5), 9.8) for step in range(250)]
    phone.evaluate(GIVE_EVENTS, rows)
    phone.get_by_role("button", name="Save and next").click()
    expect(phone.get_by_text("1 sent")).to_be_visible()
    computer.goto(f"{project_page}/data/samples/4")
    expect(computer.get_by_text("browser, 50 rows/s")).to_be_visible()
    recording = computer.evaluate(
        "() => fetch(`/api/v1/projects${location.pathname}/recording`).then((answer) => answer.text())"
    )
    assert len(recording.splitlines()) == 25, "half a second of 50 rows a second"


@pytest.mark.slow
@pytest.mark.protects("recordings/guest-links", "recordings/receipts")
def test_somebody_outside_types_the_code_records_and_takes_it_back(
    forge: LiveForge, open_page: OpenPage, tmp_path: Path
) -> None:
    computer = open_page(viewport=DESKTOP)
    sign_in(computer, forge.printed_link())
    create(computer, "Digits")
    project_page = computer.url.removesuffix("/studio")
    computer.goto(f"{project_page}/data/collect")
    computer.get_by_label("What is recorded").select_option("sound")
    computer.get_by_label("Who records").select_option("guests")
    computer.get_by_label("For people outside: who the link is for").fill("Neighbours")
    computer.get_by_label("Label (you can change it on the phone)").fill("knock")
    computer.get_by_label("How many recordings").fill("3")
    computer.get_by_label("Seconds of each sound or motion").fill("0.5")
    computer.get_by_role("button", name="Show the code").click()
    link, code = (
        computer.get_by_label("The link", exact=True).input_value(),
        computer.locator("[data-link-code]").inner_text(),
    )

    guest = open_page(microphone=knocks(tmp_path / "knocks.wav"), viewport=PHONE)
    guest.goto(link)
    guest.get_by_label("Code").fill(code)
    assert findings(guest, LOOKS[:1]) == []
    guest.get_by_role("button", name="Continue").click()
    expect(guest.get_by_text("Here you are Guest 1")).to_be_visible()
    guest.get_by_role("button", name="I agree, start recording").click()
    record(guest)
    guest.get_by_role("button", name="Save and next").click()
    guest.get_by_role("button", name="Send 1").click()
    expect(guest.get_by_text("1 sent")).to_be_visible()

    computer.goto(f"{project_page}/data/waiting")
    assert findings(computer, LOOKS[:1]) == []
    computer.get_by_role("button", name="Accept recording 1").focus()
    computer.keyboard.press("a")
    expect(computer.get_by_role("heading", name="Nothing is waiting")).to_be_visible()

    guest.get_by_role("link", name="Open the receipt link").click()
    expect(guest.get_by_text("Accepted")).to_be_visible()
    for _ in range(2):  # once more to confirm
        guest.locator("[data-sure]").click()
    expect(guest.get_by_text("1 recording deleted")).to_be_visible()
    computer.goto(f"{project_page}/data/samples/1")
    expect(computer.get_by_role("heading", name="Sample 0001")).to_have_count(0)


@pytest.mark.slow
def test_a_board_on_this_computer_records_for_the_data(forge: LiveForge, open_page: OpenPage) -> None:
    computer = open_page(viewport=DESKTOP)
    sign_in(computer, forge.printed_link())
    create(computer, "Exercises")
    project_page = computer.url.removesuffix("/studio")
    address = code(computer, project_page, "motion", "row")
    expect(computer.get_by_role("link", name="Record on this computer")).to_have_attribute("href", address)
    computer.get_by_role("link", name="See recordings arrive").click()

    recorder = open_page(viewport=DESKTOP)
    board = SensorBoard(at_rate(rows(), 100))
    recorder.expose_function("readBoard", board.read)
    recorder.add_init_script(PEER)
    agree(recorder, address)
    recorder.get_by_label("Board on USB").check()
    assert findings(recorder, LOOKS) == []
    for _ in range(2):
        record(recorder)
        expect(recorder.get_by_text("Good", exact=True)).to_be_visible()
        recorder.get_by_role("button", name="Save and next").click()
    assert recorder.evaluate("openedAt") == 115_200
    recorder.get_by_role("button", name="Send 2").click()
    expect(computer.locator("[data-number='2'] b")).to_have_text("row")
    for width in (390, 1440):
        recorder.set_viewport_size({"width": width, "height": 900})
        assert recorder.evaluate("document.documentElement.scrollWidth <= innerWidth")
    board.unplug()
    recorder.get_by_role("button", name="Record", exact=True).click()
    expect(recorder.get_by_role("alert")).to_contain_text("The connection ended", timeout=PATIENCE)
