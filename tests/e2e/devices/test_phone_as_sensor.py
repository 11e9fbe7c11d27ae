"""A phone's microphone, camera and motion sensor feed the preview in the studio, and what passes the server on the way
is sealed."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from tests.support.browsers.accessibility import findings
from tests.support.browsers.pages import DESKTOP, PHONE, OpenPage
from tests.support.browsers.studio import PATIENCE, create, expect_label, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

CONNECTED = "Your phone is connected. Start its microphone there."
EXERCISES = Path(__file__).resolve().parents[3] / "examples" / "motion" / "exercises.csv"
SENDING = "From your phone, encrypted on its way."
NOTE_MICROPHONES = """() => {
  globalThis.microphones = [];
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await open(wanted);
    microphones.push(...stream.getTracks());
    return stream;
  };
}"""
ALL_OFF = "() => microphones.length > 0 && microphones.every((track) => track.readyState === 'ended')"
NOTE_STATUS = """(element) => {
  globalThis.said = [];
  const all = { characterData: true, childList: true, subtree: true };
  new MutationObserver(() => said.push(element.textContent)).observe(element, all);
}"""


@dataclass
class Relay:
    """A relay between a page and the server, as anybody could be: it stores the messages that pass, and can send
    more."""

    page: Page
    address: str
    passed: list[dict[str, Any]] = field(default_factory=list)
    _sockets: list[WebSocketRoute] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.route_web_socket(re.compile(self.address), self._carry)

    def _carry(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        self._sockets.append(socket)

        def noted(text: str | bytes) -> str | bytes:
            self.passed.append(json.loads(text))
            return text

        socket.on_message(lambda text: server.send(noted(text)))
        server.on_message(lambda text: socket.send(noted(text)))

    def send_message(self, message: dict[str, Any]) -> None:
        """Sends the page what the server did not."""
        self._sockets[-1].send(json.dumps(message))

    def sealed(self) -> list[dict[str, Any]]:
        return [message for message in self.passed if message["type"] == "sealed"]


@dataclass
class Pair:
    """A studio and the phone that its person made its sensor."""

    studio: Page
    phone: Page
    at_studio: Relay
    at_phone: Relay

    @property
    def preview(self) -> Locator:
        return self.studio.get_by_role("region", name="Preview")

    @property
    def card(self) -> Locator:
        return self.phone.get_by_role("region", name="This phone as a sensor")


def paired(
    forge: LiveForge,
    open_page: OpenPage,
    microphone: Path | None,
    template: str = "Spoken words",
    sensor: str = "microphone",
) -> Pair:
    """Scans the studio's code and confirms the digits. Nothing is sent yet."""
    studio, phone = open_page(viewport=DESKTOP), open_page(microphone=microphone, viewport=PHONE)
    phone.add_init_script(f"({NOTE_MICROPHONES})()")
    pair = Pair(studio, phone, Relay(studio, "/phones$"), Relay(phone, "/pairing$"))
    sign_in(studio, forge.printed_link())
    create(studio, template)
    pair.preview.get_by_role("button", name="Phone", exact=True).click()
    pair.preview.get_by_role("button", name="Connect your phone").click(timeout=PATIENCE)
    dialog = studio.get_by_role("dialog", name="Your phone as the sensor")
    link = dialog.get_by_label("Or open this on the phone").input_value()
    assert re.search(r"#token=[^&]+&studio=[\w-]{87}$", link)
    phone.goto(link)
    # The card says where recordings go before anything is sent, and none of it stays in the address.
    expect(pair.card).to_contain_text("the server passes it on and cannot read it, nothing is stored", timeout=PATIENCE)
    assert "#" not in phone.url
    assert pair.at_phone.passed == []
    assert findings(phone) == []
    pair.card.get_by_role("button", name="Use this phone as a sensor").click()
    expect(pair.card.get_by_label(re.compile("^Digits"))).to_be_visible(timeout=PATIENCE)
    dialog.get_by_role("button", name="They match").click()
    expect(pair.preview.get_by_text(f"Your phone is connected. Start its {sensor} there.")).to_be_visible(
        timeout=PATIENCE
    )
    return pair


@pytest.mark.protects("live/sensor-frames", "live/sensor-consent")
def test_a_phones_microphone_feeds_the_desk_until_the_desk_wants_it_no_more(
    forge: LiveForge, open_page: OpenPage, test_data: Path
) -> None:
    pair = paired(forge, open_page, test_data / "samples" / "up.wav")
    pair.card.get_by_role("button", name="Send the microphone").click()
    expect_label(pair.studio, "heard", "up")
    expect(pair.preview.get_by_text(SENDING)).to_be_visible()
    assert findings(pair.studio) == []

    # The relay saw kinds of messages, two public keys' worth of text, and frames that look like noise.
    sealed_messages = pair.at_studio.sealed() + pair.at_phone.sealed()
    assert {message["type"] for message in pair.at_phone.passed} == {"digits", "paired", "key", "sealed"}
    assert all(set(message) == {"type", "frame"} for message in sealed_messages)
    largest = max((bytes_of(message["frame"]) for message in sealed_messages), key=len)
    assert len(largest) > 3000
    assert len(set(largest)) > 250

    # Another source on the studio: the phone's microphone is off, and the phone says that nobody wants it.
    pair.preview.get_by_role("button", name="Signal", exact=True).click()
    expect(pair.card).to_contain_text("The studio asks for no sensor now", timeout=PATIENCE)
    pair.phone.wait_for_function(ALL_OFF, timeout=PATIENCE)
    expect(pair.card.get_by_role("button", name=re.compile("microphone"))).to_have_count(0)
    # Asked for again, it waits for its person.
    pair.preview.get_by_role("button", name="Phone", exact=True).click()
    expect(pair.card.get_by_role("button", name="Send the microphone")).to_be_visible(timeout=PATIENCE)
    expect(pair.preview.get_by_text(CONNECTED)).to_be_visible()
    # The studio ends it, and the phone says who did; its code is of no more use.
    pair.preview.get_by_role("button", name="Disconnect the phone").click()
    expect(pair.card.get_by_role("alert")).to_contain_text("The studio ended the connection.", timeout=PATIENCE)


@pytest.mark.protects("live/sensor-replays")
def test_frames_that_a_relay_repeats_changes_or_makes_up_are_not_heard(
    forge: LiveForge, open_page: OpenPage, test_data: Path
) -> None:
    pair = paired(forge, open_page, test_data / "samples" / "up.wav")
    pair.card.get_by_role("button", name="Send the microphone").click()
    expect(pair.preview.get_by_text(SENDING)).to_be_visible(timeout=PATIENCE)
    pair.card.get_by_role("button", name="Stop the microphone").click()
    status = pair.preview.get_by_text(CONNECTED)
    expect(status).to_be_visible(timeout=PATIENCE)
    status.evaluate(NOTE_STATUS)
    from_phone = [message for message in pair.at_studio.sealed() if len(message["frame"]) > 1000]
    assert from_phone
    for message in from_phone:
        frame = bytes_of(message["frame"])
        later = (int.from_bytes(frame[:8]) + 1000).to_bytes(8)
        for forgery in (frame, later + frame[8:], later + frame[8:-1] + bytes([frame[-1] ^ 1]), later + bytes(64)):
            pair.at_studio.send_message({"type": "sealed", "frame": text_of(forgery)})
    # Another public key under way does not take the phone's place either.
    key = next(message for message in pair.at_phone.passed if message["type"] == "key")
    pair.at_studio.send_message(key | {"key": "B" * 87})
    # A message of the phone itself after them arrives: frames are read one after another, so the forged ones were read.
    pair.card.get_by_role("button", name="Send the microphone").click()
    pair.studio.wait_for_function("() => said.length > 0", timeout=PATIENCE)
    pair.card.get_by_role("button", name="Stop the microphone").click()
    expect(pair.preview.get_by_text(CONNECTED)).to_be_visible(timeout=PATIENCE)
    messages: list[str] = pair.studio.evaluate("said")
    assert [text[:14] for text in messages] == [SENDING[:14], CONNECTED[:14]]


MOVE = """(rows) => {
  let next = 0;
  setInterval(() => {
    const [x, y, z] = rows[next++ % rows.length];
    dispatchEvent(new DeviceMotionEvent("devicemotion", { accelerationIncludingGravity: { x, y, z } }));
  }, 16);
}"""
"""Moves the page's device as the rows say, over and over."""


def test_a_phones_motion_feeds_the_desk(forge: LiveForge, open_page: OpenPage) -> None:
    pair = paired(forge, open_page, None, "Exercises", "motion sensor")
    pair.card.get_by_role("button", name="Send the motion sensor").click()
    rows = [line.split(",") for line in EXERCISES.read_text("utf-8").splitlines() if re.match(r"[-\d]", line)]
    pair.phone.evaluate(MOVE, [list(map(float, row)) for row in rows])
    expect(pair.preview.get_by_text(SENDING)).to_be_visible(timeout=PATIENCE)
    output = pair.preview.get_by_role("region", name="Output exercise")
    expect(output.get_by_text(re.compile("resting|rotation|elevation|extension|row")).first).to_be_visible(
        timeout=PATIENCE
    )
    pair.card.get_by_role("button", name="Stop the motion sensor").click()
    expect(pair.preview.get_by_text("Start its motion sensor there.")).to_be_visible(timeout=PATIENCE)


def test_a_phones_camera_feeds_the_desk(forge: LiveForge, open_page: OpenPage) -> None:
    pair = paired(forge, open_page, None, "Digits", "camera")
    output = pair.preview.get_by_role("region", name="Output answer")
    expect(output).to_have_count(0)
    pair.card.get_by_role("button", name="Send the camera").click()
    expect(pair.preview.get_by_text(SENDING)).to_be_visible(timeout=PATIENCE)
    expect(output).to_be_visible(timeout=PATIENCE)
    expect(pair.preview.locator(".preview-picture canvas")).to_be_visible(timeout=PATIENCE)
    assert findings(pair.studio) == []
    pair.preview.get_by_role("button", name="Disconnect the phone").click()
    expect(pair.card.get_by_role("alert")).to_contain_text("The studio ended the connection.", timeout=PATIENCE)
    pair.phone.wait_for_function(ALL_OFF, timeout=PATIENCE)


def bytes_of(frame: str) -> bytes:
    return base64.urlsafe_b64decode(frame + "=" * (-len(frame) % 4))


def text_of(frame: bytes) -> str:
    return base64.urlsafe_b64encode(frame).decode().rstrip("=")
