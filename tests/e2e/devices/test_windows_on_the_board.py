"""A rune with a window on the virtual Pico: it says nothing until the window is full, and then the page's bytes."""

from __future__ import annotations

import math
import struct
import wave
from io import BytesIO

import pytest
from playwright.sync_api import expect

from tests.e2e.devices.test_virtual_board import COMPILING, expect_equal
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]


def test_the_machine_sound_is_heard_on_both(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Machine sound")
    board = page.get_by_role("region", name="Board", exact=True)
    board.get_by_role("button", name="Run on a virtual Pico").click()
    expect(board.get_by_role("region", name="On the Pico")).to_contain_text(
        "when its window is full", timeout=COMPILING
    )
    page.get_by_role("button", name="File", exact=True).click()
    page.get_by_label("Choose a sound", exact=True).and_(page.locator("input")).set_input_files(
        {"name": "hum.wav", "mimeType": "audio/wav", "buffer": hum(seconds=6)}
    )
    expect(board.get_by_role("status").filter(has_text="Same bytes")).to_be_visible(timeout=PATIENCE)
    expect_equal(board)
    expect(board.get_by_role("alert")).to_have_count(0)
    assert "kB" in board.inner_text(timeout=PATIENCE)


def hum(seconds: int) -> bytes:
    samples = [int(8000 * math.sin(number * 0.2) + number % 97) for number in range(16_000 * seconds)]
    file = BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((1, 2, 16_000, 0, "NONE", ""))
        writer.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return file.getvalue()
