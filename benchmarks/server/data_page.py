"""The page Data at 20,000 samples: bringing them in, the first cards, scrolling, filters, and a new recording.

The samples come in as two ZIP files of 10,000 WAV files each, one after the other, as a person imports them.
"""

from __future__ import annotations

import json
import time
import urllib.request
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from playwright.sync_api import Page, expect

from benchmarks.chromium import open_page
from benchmarks.figure import CannotMeasure, Spread, table
from rune.datasets.content.wav import wav_bytes
from tests.support.browsers.studio import create, sign_in
from tests.support.servers.live_forge import LiveForge

FILES, IMPORTS = 10_000, 2
LOADS, FILTERS, STEPS, TAKES = 7, 40, 120, 10
RATE, SECONDS = 16_000, 1
PIECE = 16_000_000
LABELS = ("yes", "no", "up", "down", "left", "right", "stop", "go", "silence", "noise")
SPEAKERS = 200
FIRST_PAINT_AIM, TASK_AIM, FILTER_AIM, IMPORT_AIM, TAKE_AIM = 0.5, 0.05, 0.2, 120.0, 1.0
"""Seconds."""
TIMEOUT = 600.0

_FIRST_CARD = """
(() => {
  const look = () => {
    const card = document.querySelector("[data-cards] [data-number] svg");
    if (card === null) return requestAnimationFrame(look);
    // The frame after the one in which it is in the page has it painted.
    requestAnimationFrame(() => { window.firstCard = performance.now() / 1000; });
  };
  requestAnimationFrame(look);
})();
"""
_SCROLL = """async (steps) => {
  const tasks = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map((each) => each.duration)));
  observer.observe({ type: "longtask" });
  const height = document.documentElement.scrollHeight;
  for (let step = 1; step <= steps; step += 1) {
    // Now far, now near: as one looks for something.
    scrollTo(0, step % 4 === 0 ? (height * step) / steps : scrollY + 400);
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 30)));
  }
  await new Promise((resolve) => setTimeout(resolve, 300));
  observer.disconnect();
  scrollTo(0, 0);
  return tasks;
}"""
_FILTER = """async ([name, value, count]) => {
  const field = document.querySelector(`[data-filters] [name=${name}]`);
  const isThere = () => document.querySelector("[data-count]").textContent === count
    && document.querySelector("[data-cards] [data-number]:not([data-stale])") !== null;
  if (isThere()) throw new Error(`The list shows ${count} already`);
  const begin = performance.now();
  field.value = value;
  field.dispatchEvent(new Event("change", { bubbles: true }));
  while (!isThere()) {
    if (performance.now() - begin > 30_000) throw new Error(`${name}=${value} never showed ${count}`);
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
  return (performance.now() - begin) / 1000;
}"""
_WATCH_CARD = """(number) => {
  window.card = new Promise((resolve) => {
    const look = () => document.querySelector(`[data-cards] [data-number="${number}"]`) !== null
      ? resolve(Date.now() / 1000) : requestAnimationFrame(look);
    look();
  });
}"""


def measure() -> str:
    with TemporaryDirectory() as name, LiveForge(Path(name) / "data") as forge, open_page() as page:
        sign_in(page, forge.link())
        create(page, "Digits")
        project = page.url.removesuffix("/studio").removeprefix(f"{forge.address}/")
        session = DataPageSession(forge.address, page, project)
        imports = [session.seconds_of_import(archive(Path(name), number)) for number in range(IMPORTS)]
        page.add_init_script(_FIRST_CARD)
        loads = [seconds_of_load(page, f"{forge.address}/{project}/data") for _ in range(LOADS)]
        expect(page.locator("[data-count]")).to_have_text(f"{FILES * IMPORTS:,} samples")
        tasks: list[float] = page.evaluate(_SCROLL, STEPS)
        filters = Spread(tuple(seconds_of_filter(page, number) for number in range(FILTERS)))
        page.goto(f"{forge.address}/{project}/data")
        takes = [session.seconds_of_take(page, FILES * IMPORTS + 1 + number) for number in range(TAKES)]
    first = Spread(tuple(loads))
    longest = max(tasks, default=0.0)
    rows = [
        (f"importing {FILES:,} WAV files of {SECONDS} s, sending them included", _text(imports[0]), _aim(IMPORT_AIM)),
        ("the same again, beside the first", _text(imports[1]), _aim(IMPORT_AIM)),
        (f"first cards on the page, median of {LOADS}", _text(first.median), _aim(FIRST_PAINT_AIM)),
        ("the slowest of them", _text(max(first.values)), ""),
        (f"longest task while scrolling, {STEPS} steps", f"{longest:.0f} ms", f"{1000 * TASK_AIM:.0f} ms"),
        (f"a filter, 19 of 20 of {FILTERS}", _text(filters.percentile(95)), _aim(FILTER_AIM)),
        ("a filter, median", _text(filters.median), ""),
        (f"a recording that is sent, until it is in the list, slowest of {TAKES}", _text(max(takes)), _aim(TAKE_AIM)),
    ]
    return (
        f"A project with {FILES * IMPORTS:,} sounds of {len(LABELS)} labels and {SPEAKERS} people. The first cards are "
        "timed from the beginning of the navigation to the frame that shows them, with a warm cache. A task is what "
        "Chromium reports as long, above 50 ms; without one the longest is 0. A filter counts until the list is that "
        "of the filter, with its cards.\n\n" + table(["", "measured", "at most"], rows)
    )


def archive(folder: Path, part: int) -> Path:
    """A ZIP file in the layout of Speech Commands: a folder for each label, the speaker in the name."""
    path = folder / f"sounds-{part}.zip"
    chance = np.random.default_rng(part)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as target:
        for number in range(FILES):
            data = noise(chance, SECONDS)
            speaker = f"{number % SPEAKERS:08x}"
            target.writestr(f"{LABELS[number % len(LABELS)]}/{speaker}_nohash_{part}{number}.wav", data)
    return path


def noise(chance: np.random.Generator, seconds: float) -> bytes:
    """A WAV file that is like no other."""
    return wav_bytes(RATE, chance.integers(-12_000, 12_000, round(RATE * seconds), dtype=np.int16).tobytes())


@dataclass(frozen=True)
class DataPageSession:
    """The person's requests to the API, with the cookies of the page."""

    address: str
    page: Page
    project: str

    def seconds_of_import(self, path: Path) -> float:
        """Returns the time from the first byte that is sent until all samples are there."""
        consent = self.consent()
        begin = time.perf_counter()
        size = path.stat().st_size
        row = self.json("POST", "imports", {"consent": consent, "size": size})
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                row = self.json("PUT", f"imports/{row['id']}/bytes?offset={row['received_bytes']}", piece)
        row = self._until(row, "ready")
        self.json("POST", f"imports/{row['id']}/start", {})
        row = self._until(row, "done")
        seconds = time.perf_counter() - begin
        if row["new_samples"] != FILES:
            raise CannotMeasure(f"{row['new_samples']} of {FILES} files came in: {row['omissions'][:1]}")
        return seconds

    def seconds_of_take(self, page: Page, number: int) -> float:
        """Returns the time from the moment at which a recording is sent until its card is on the page."""
        consent = self.consent()
        page.evaluate(_WATCH_CARD, number)
        begin = time.time()
        self.json("POST", f"samples?consent={consent}&label=yes", noise(np.random.default_rng(-number % 2**32), 1.5))
        card_time: float = page.evaluate("window.card")
        return card_time - begin

    def consent(self) -> str:
        terms = self.json("GET", "terms")
        return str(self.json("POST", "consents", {name: terms[name] for name in ("purposes", "days", "text")})["id"])

    def json(self, method: str, path: str, body: Mapping[str, Any] | bytes | None = None) -> Any:
        cookies = {str(each["name"]): str(each["value"]) for each in self.page.context.cookies()}
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "X-CSRFToken": cookies.get("csrftoken", ""),
            "Content-Type": "application/octet-stream" if isinstance(body, bytes) else "application/json",
        }
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        address = f"{self.address}/api/v1/projects/{self.project}/data/{path}"
        request = urllib.request.Request(address, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            return json.load(answer)

    def _until(self, row: Any, state: str) -> Any:
        deadline = time.monotonic() + TIMEOUT
        while row["state"] != state:
            if row["state"] == "failed" or time.monotonic() > deadline:
                raise CannotMeasure(f"the import stopped: {row['error'] or row['state']}")
            time.sleep(0.1)
            row = self.json("GET", f"imports/{row['id']}")
        return row


def seconds_of_load(page: Page, address: str) -> float:
    """Returns the time from the beginning of the navigation to the frame that shows the first cards."""
    # Playwright's own script, of 330 kB, comes into the page with the first question: no question before it is loaded.
    page.goto(address, wait_until="load")
    page.wait_for_function("() => window.firstCard !== undefined")
    seconds: float = page.evaluate("window.firstCard")
    return seconds


def seconds_of_filter(page: Page, number: int) -> float:
    """Chooses a label, and after each one all again."""
    label = "" if number % 2 else LABELS[number // 2 % len(LABELS)]
    count = FILES * IMPORTS // (1 if label == "" else len(LABELS))
    seconds: float = page.evaluate(_FILTER, ["label", label, f"{count:,} samples"])
    return seconds


def _text(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 10 else f"{seconds:.2f} s"


def _aim(seconds: float) -> str:
    return f"{seconds:g} s"
