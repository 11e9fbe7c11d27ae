"""A board's serial line feeds the preview: a program writes to a pty what a board sends, the page reads it."""

from __future__ import annotations

import os
import pty
import re
import struct
import threading
import tty
import wave
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsers.accessibility import findings
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

PEER = (Path(__file__).parent / "sensor_peer.js").read_text("utf-8")
EXERCISES = Path(__file__).resolve().parents[3] / "examples" / "motion" / "exercises.csv"


class SensorBoard:
    """A board that writes on a line as fast as it is read, and its line's other end."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._board, self._host = pty.openpty()
        tty.setraw(self._board)
        tty.setraw(self._host)
        os.set_blocking(self._host, False)
        self._pieces = pieces
        self._is_plugged = True
        threading.Thread(target=self._send, daemon=True).start()

    def _send(self) -> None:
        try:
            for piece in self._pieces:
                os.write(self._board, piece)
        except OSError:
            return

    def read(self) -> list[int] | None:
        """The bytes since the last call; None once it is unplugged."""
        if not self._is_plugged:
            return None
        try:
            return list(os.read(self._host, 4096))
        except BlockingIOError:
            return []

    def unplug(self) -> None:
        self._is_plugged = False


def rows() -> Iterator[bytes]:
    """Lines of x, y and z, over and over, as a sketch prints them."""
    lines = [line for line in EXERCISES.read_text().splitlines() if re.match(r"[-\d]", line)]
    while True:
        for line in lines:
            yield f"{line}\r\n".encode()


def sound(path: Path) -> Iterator[bytes]:
    """Frames of sound (docs/reference/serial.md), over and over."""
    with wave.open(str(path)) as reader:
        rate, samples = reader.getframerate(), reader.readframes(reader.getnframes())
    number = 0
    while True:
        for start in range(0, len(samples) - 512, 512):
            number = number % 0xFFFF + 1
            payload = struct.pack("<I", rate) + samples[start : start + 512]
            body = struct.pack("<BBHI", 1, 0x40, number, len(payload)) + payload
            yield b"RU" + body + struct.pack("<I", zlib.crc32(body))


def connect(page: Page, board: SensorBoard) -> None:
    page.expose_function("readBoard", board.read)
    page.evaluate(PEER)
    preview = page.get_by_role("region", name="Preview")
    preview.get_by_role("button", name="Board", exact=True).click()
    preview.get_by_role("button", name="Connect a board").click(timeout=PATIENCE)


def test_lines_of_motion_feed_the_preview_until_the_board_is_unplugged(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Exercises")
    board = SensorBoard(rows())
    connect(page, board)
    preview = page.get_by_role("region", name="Preview")
    output = preview.get_by_role("region", name="Output exercise")
    expect(output.get_by_text(re.compile("rotation|elevation|extension|row")).first).to_be_visible(timeout=PATIENCE)
    assert page.evaluate("openedAt") == 115_200
    assert findings(page) == []
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    board.unplug()
    expect(preview.get_by_role("alert")).to_contain_text("The connection ended", timeout=PATIENCE)
    expect(preview.get_by_role("button", name="Connect a board")).to_be_visible()


def test_frames_of_sound_feed_the_preview_until_another_source_is_chosen(
    forge: LiveForge, open_page: OpenPage, test_data: Path
) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Spoken words")
    connect(page, SensorBoard(sound(test_data / "samples" / "up.wav")))
    preview = page.get_by_role("region", name="Preview")
    expect(preview.get_by_role("region", name="Output heard").get_by_text("up", exact=True).first).to_be_visible(
        timeout=PATIENCE
    )
    assert page.evaluate("openedAt") == 921_600
    preview.get_by_role("button", name="Signal", exact=True).click()
    page.wait_for_function("globalThis.isClosed === true", timeout=PATIENCE)
