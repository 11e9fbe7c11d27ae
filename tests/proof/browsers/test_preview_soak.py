"""A preview that runs for half an hour on a microphone and on a camera keeps no more memory than at its start."""

from __future__ import annotations

import math
import os
import statistics
import struct
import time
import wave
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.support.browsers import fixtures
from tests.support.browsers.memory import BrowserMemory, Heap
from tests.support.browsers.pages import DESKTOP
from tests.support.browsers.studio import PATIENCE, create, sign_in
from tests.support.servers.live_forge import LiveForge, free_port
from tools.browser import chromium

forge = fixtures.forge
playwright = fixtures.playwright

pytestmark = pytest.mark.proof


MINUTES = float(os.environ.get("FORGE_SOAK_MINUTES", "30"))
WARM = min(60.0, MINUTES * 6)
"""Seconds until code is compiled and buffers have their size."""
SAMPLES = 15
LIMIT = 5_000_000
"""Bytes by which everything together may grow."""
RATE = 16_000


def test_the_microphone_and_the_camera_run_for_half_an_hour_without_growing(
    forge: LiveForge, playwright: Playwright, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    sound = f"--use-file-for-fake-audio-capture={noises(tmp_path)}"
    previews = {
        "microphone": opened(forge, playwright, [sound], listen),
        "camera": opened(forge, playwright, [], watch),
    }
    (page, _), *_ = previews.values()
    page.wait_for_timeout(WARM * 1000)
    weights: dict[str, list[tuple[Heap, ...]]] = {name: [] for name in previews}
    with ExitStack() as stack:
        memories = {name: stack.enter_context(BrowserMemory(port)) for name, (_, port) in previews.items()}
        start = time.monotonic()
        for number in range(SAMPLES):
            due = start + MINUTES * 60 * number / (SAMPLES - 1)
            page.wait_for_timeout(max(0.0, due - time.monotonic()) * 1000)
            for name, memory in memories.items():
                weights[name].append(memory.heaps())
    record_property("minutes", f"{MINUTES:g}")
    growths = {name: growth(heaps) for name, heaps in weights.items()}
    for name, heaps in weights.items():
        record_property(f"{name}, megabytes at first", f"{size_of(heaps[0]) / 1e6:.1f}")
        record_property(f"{name}, grown by kilobytes", f"{growths[name] / 1000:.0f}")
    assert max(growths.values()) < LIMIT, "\n".join(
        f"{name}: {size_of(heaps):,}: " + "; ".join(f"{heap.kind} {dict(heap.parts)}" for heap in heaps)
        for name, all_heaps in weights.items()
        for heaps in all_heaps
    )


def listen(page: Page) -> None:
    create(page, "Spoken words")
    preview = page.get_by_role("region", name="Preview")
    preview.get_by_role("button", name="Start listening").click()
    expect(page.get_by_role("region", name="Output heard")).to_be_visible(timeout=PATIENCE)


def watch(page: Page) -> None:
    create(page, "Digits")
    preview = page.get_by_role("region", name="Preview")
    preview.get_by_role("button", name="Camera", exact=True).click()
    preview.get_by_role("button", name="Start the camera").click()
    expect(page.get_by_role("region", name="Output answer")).to_be_visible(timeout=PATIENCE)


def opened(
    forge: LiveForge, playwright: Playwright, arguments: Sequence[str], begin: Callable[[Page], None]
) -> tuple[Page, int]:
    """A preview that runs in a browser of its own, and the port at which that tells of its memory."""
    port = free_port()
    browser = playwright.chromium.launch(
        executable_path=chromium(),
        args=[
            *("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", "--no-sandbox"),
            f"--remote-debugging-port={port}",
            *arguments,
        ],
    )
    page = browser.new_context(viewport=DESKTOP).new_page()
    sign_in(page, forge.printed_link())
    begin(page)
    return page, port


def size_of(heaps: Sequence[Heap]) -> int:
    """Bytes of all threads together."""
    return sum(heap.size for heap in heaps)


def growth(weights: Sequence[Sequence[Heap]]) -> float:
    """Bytes from the median of the first three times to that of the last three."""
    sizes = [size_of(heaps) for heaps in weights]
    return statistics.median(sizes[-3:]) - statistics.median(sizes[:3])


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
