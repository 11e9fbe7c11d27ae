"""A preview that runs for half an hour on a microphone and on a camera keeps no more memory than at its start."""

from __future__ import annotations

import math
import os
import statistics
import struct
import time
import wave
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browsers.memory import Heap, Memory
from tests.e2e import conftest
from tests.e2e.conftest import DESKTOP
from tests.e2e.studio import PATIENCE, create, sign_in
from tests.live_forge import LiveForge, free_port
from tools.browser import chromium

pytestmark = pytest.mark.proof

forge = conftest.forge
playwright = conftest.playwright

MINUTES = float(os.environ.get("FORGE_SOAK_MINUTES", "30"))
WARM = min(60.0, MINUTES * 6)
"""Seconds until code is compiled and buffers have their size."""
SAMPLES = 15
LIMIT = 5_000_000
"""Bytes by which everything together may grow."""
RATE = 16_000


def test_the_microphone_runs_for_half_an_hour_without_growing(
    forge: LiveForge, playwright: Playwright, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    def listen(page: Page) -> None:
        create(page, "Spoken words")
        preview = page.get_by_role("region", name="Preview")
        preview.get_by_role("button", name="Start listening").click()
        expect(page.get_by_role("region", name="Output heard")).to_be_visible(timeout=PATIENCE)

    soak(forge, playwright, [f"--use-file-for-fake-audio-capture={noises(tmp_path)}"], listen, record_property)


def test_the_camera_runs_for_half_an_hour_without_growing(
    forge: LiveForge, playwright: Playwright, record_property: Callable[[str, object], None]
) -> None:
    def watch(page: Page) -> None:
        create(page, "Digits")
        preview = page.get_by_role("region", name="Preview")
        preview.get_by_role("button", name="Camera", exact=True).click()
        preview.get_by_role("button", name="Start the camera").click()
        expect(page.get_by_role("region", name="Output answer")).to_be_visible(timeout=PATIENCE)

    soak(forge, playwright, [], watch, record_property)


def soak(
    forge: LiveForge,
    playwright: Playwright,
    arguments: Sequence[str],
    begin: Callable[[Page], None],
    record: Callable[[str, object], None],
) -> None:
    """Runs a preview and weighs the page now and then; the medians of the first and the last times are compared."""
    port = free_port()
    browser = playwright.chromium.launch(
        executable_path=chromium(),
        args=[
            *("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", "--no-sandbox"),
            f"--remote-debugging-port={port}",
            *arguments,
        ],
    )
    page = browser.new_context(viewport=DESKTOP).new_page()  # type: ignore[arg-type]
    sign_in(page, forge.link())
    begin(page)
    page.wait_for_timeout(WARM * 1000)
    weights: list[tuple[Heap, ...]] = []
    with Memory(port) as memory:
        start = time.monotonic()
        for number in range(SAMPLES):
            due = start + MINUTES * 60 * number / (SAMPLES - 1)
            page.wait_for_timeout(max(0.0, due - time.monotonic()) * 1000)
            weights.append(memory.heaps())
    browser.close()
    sizes = [sum(heap.size for heap in heaps) for heaps in weights]
    grown = statistics.median(sizes[-3:]) - statistics.median(sizes[:3])
    record("minutes", f"{MINUTES:g}")
    record("threads", len(weights[-1]))
    record("megabytes at first", f"{sizes[0] / 1e6:.1f}")
    record("grown by kilobytes", f"{grown / 1000:.0f}")
    assert grown < LIMIT, "\n".join(
        f"{size:,}: " + "; ".join(f"{heap.kind} {dict(heap.parts)}" for heap in heaps)
        for size, heaps in zip(sizes, weights, strict=True)
    )


def noises(folder: Path) -> Path:
    """A wav file of ten seconds: tones that rise and fall, with silence between."""
    samples = []
    for number in range(10 * RATE):
        seconds = number / RATE
        loud = max(0.0, math.sin(2 * math.pi * seconds))
        samples.append(round(12_000 * loud * math.sin(2 * math.pi * (300 + 200 * math.sin(seconds)) * seconds)))
    path = folder / "noises.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return path
