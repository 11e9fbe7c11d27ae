"""A phone's microphone feeds the preview on the desk, and what passes the server on the way is sealed."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.e2e.conftest import DESKTOP, OpenPage
from tests.e2e.studio import PATIENCE, create, expect_label, sign_in
from tests.e2e.test_accessible_pages import findings
from tests.support.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

PHONE = {"width": 390, "height": 844}


def passed_by(page: Page, address: str) -> list[dict[str, Any]]:
    """All messages of the page's sockets to such an address, in both directions."""
    messages: list[dict[str, Any]] = []

    def note(payload: bytes | str) -> None:
        messages.append(json.loads(payload))

    def watch(socket: WebSocket) -> None:
        if address in socket.url:
            socket.on("framesent", note)
            socket.on("framereceived", note)

    page.on("websocket", watch)
    return messages


@pytest.mark.protects("live/sensor-frames", "live/sensor-consent")
def test_a_phones_microphone_feeds_the_desk_and_the_server_sees_sealed_frames(
    forge: LiveForge, open_page: OpenPage, test_data: Path
) -> None:
    desk = open_page(viewport=DESKTOP)
    at_desk = passed_by(desk, "/phones")
    sign_in(desk, forge.printed_link())
    create(desk, "Spoken words")
    preview = desk.get_by_role("region", name="Preview")
    preview.get_by_role("button", name="Phone", exact=True).click()
    preview.get_by_role("button", name="Connect your phone").click(timeout=PATIENCE)
    dialog = desk.get_by_role("dialog", name="Your phone as the sensor")
    link = dialog.get_by_label("Or open this on the phone").input_value()
    assert re.search(r"#token=[^&]+&desk=[\w-]{87}$", link)

    phone = open_page(microphone=test_data / "samples" / "up.wav", viewport=PHONE)
    at_phone = passed_by(phone, "/pairing")
    phone.goto(link)
    card = phone.get_by_role("region", name="This phone as a sensor")
    # What is sent to whom is said before anything is sent, and nothing of it stays in the address.
    expect(card).to_contain_text("the server passes it on and cannot read it, nothing is stored", timeout=PATIENCE)
    assert "#" not in phone.url
    assert at_phone == []
    assert findings(phone) == []
    card.get_by_role("button", name="Use this phone as a sensor").click()
    expect(card.get_by_label(re.compile("^Digits"))).to_be_visible(timeout=PATIENCE)
    dialog.get_by_role("button", name="They match").click()
    expect(preview.get_by_text("Your phone is connected. Start its microphone there.")).to_be_visible(timeout=PATIENCE)
    assert not any(message["type"] == "outputs" for message in at_phone)
    card.get_by_role("button", name="Send the microphone").click()
    expect_label(desk, "heard", "up")
    expect(preview.get_by_text("From your phone, encrypted on its way.")).to_be_visible()
    assert findings(desk) == []
    for width in (390, 1440):
        desk.set_viewport_size({"width": width, "height": 900})
        assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")

    # What passed: kinds of messages, two public keys' worth of text, and frames that look like noise.
    sealed = [message for message in at_desk + at_phone if message["type"] == "sealed"]
    assert len(sealed) > 4
    assert all(set(message) == {"type", "frame"} for message in sealed)
    largest = max((bytes_of(message["frame"]) for message in sealed), key=len)
    assert len(largest) > 3000
    assert len(set(largest)) > 250


def bytes_of(frame: str) -> bytes:
    return base64.urlsafe_b64decode(frame + "=" * (-len(frame) % 4))
