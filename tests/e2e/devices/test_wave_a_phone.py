"""A gesture, from the motion sensor that the browser has, into the rune of a model that others trained."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsers.motion import GIVE_EVENTS
from tests.support.browsers.pages import OpenPage, Record
from tests.support.browsers.studio import PATIENCE, create, expect_label, expect_running, put_file, sign_in
from tests.support.runes.gesture import GESTURE
from tests.support.servers.live_forge import LiveForge

pytestmark = pytest.mark.e2e

Row = tuple[float, float, float]
Move = Callable[[Sequence[Row]], None]
RATE = 60
"""Movements a second, as a phone's sensor gives them."""
SENSORS = ("accelerometer", "linear-acceleration", "gyroscope")


def phone_in_hand(page: Page, record: Record) -> Move:
    """Moves the device that the page is on: the sensor of Chromium, elsewhere by the events that one would cause."""
    if page.context.browser is None or page.context.browser.browser_type.name != "chromium":
        record("motion", "events given to the page; this browser has no sensor to feed")
        return lambda rows: page.evaluate(GIVE_EVENTS, list(rows))
    devtools = page.context.new_cdp_session(page)
    available = {"available": True, "maximumFrequency": RATE}
    for sensor in SENSORS:
        # Before the page listens: later is too late.
        override = {"enabled": True, "type": sensor, "metadata": available}
        devtools.send("Emulation.setSensorOverrideEnabled", override)

    def move(rows: Sequence[Row]) -> None:
        begin = time.monotonic()
        for number, (x, y, z) in enumerate(rows):
            for sensor in SENSORS:
                reading = {"xyz": {"x": x, "y": y, "z": z}}
                devtools.send("Emulation.setSensorOverrideReadings", {"type": sensor, "reading": reading})
            time.sleep(max(0.0, begin + (number + 1) / RATE - time.monotonic()))  # a movement has its pace

    return move


def recorded(path: Path) -> list[Row]:
    """The rows of a CSV of x, y and z, in metres per second squared."""
    rows = (tuple(map(float, line.split(","))) for line in path.read_text("utf-8").splitlines())
    return [(x, y, z) for x, y, z in rows]


@pytest.mark.proof
def test_a_ring_in_the_air_is_a_ring(
    forge: LiveForge, open_page: OpenPage, test_data: Path, record_property: Record
) -> None:
    page = open_page()
    move = phone_in_hand(page, record_property)
    sign_in(page, forge.printed_link())
    create(page, "Sine")
    put_file(page, "model.tflite", (test_data / "models" / "gesture.tflite").read_bytes())
    put_file(page, "Runefile.yml", GESTURE.encode())
    preview = page.get_by_role("region", name="Preview")
    preview.get_by_role("button", name="Start the motion sensor").click(timeout=PATIENCE)
    expect(preview.get_by_role("button", name="Stop", exact=True)).to_be_visible(timeout=PATIENCE)
    ring = recorded(test_data / "samples" / "gesture_ring.csv")
    move(ring)
    move(ring)
    expect_label(page, "out", "Ring")
    expect_running(page)
