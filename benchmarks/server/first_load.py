"""The studio's first load: the bytes that are received until it can be used, and the time.

Everything that the page asks for counts with the bytes that came over the network, compressed, with their headers: the
page, its scripts and styles, the fonts that it shows, icons, the rune. Only Pyodide is left out, which comes later.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Page, Request, sync_playwright

from benchmarks.chromium import DESKTOP, start
from benchmarks.figure import CannotMeasure, Spread, table
from tests.support.browsers.studio import RUNNING, create, sign_in
from tests.support.servers.live_forge import LiveForge

RUNS = 5
LIMIT_KILOBYTES, LIMIT_SECONDS = 350, 1.5
LATER = ("/static/language/", "/static/build/language.js")
"""The files of the page's own Python; until it has started, the server answers."""
TIMEOUT = 30_000
"""Milliseconds after which something that was asked for will not come any more; no measure of how fast it is."""
KINDS = {"document": "the page", "script": "scripts", "stylesheet": "styles", "font": "fonts"}

# Usable: the text can be written, and the app runs what is written, with its inputs ready.
_READY = f"""() => {{
  const shown = [...document.querySelectorAll("[role=status]")].some((each) => each.textContent.includes("{RUNNING}"));
  const loaded = document.querySelector(".preview .preview-card") !== null;
  if (!shown || !loaded || document.querySelector(".cm-content[contenteditable=true]") === null) return false;
  window.usable ??= performance.now();
  return true;
}}"""
_AT_REST = "() => document.querySelector('.react-flow__node') !== null"


@dataclass(frozen=True)
class Load:
    """One load with an empty cache: seconds, and bytes by kind."""

    seconds: float
    received_bytes: dict[str, int]
    after: int
    """Bytes that come next, until the graph stands."""

    @property
    def size(self) -> int:
        return sum(self.received_bytes.values())


def measure() -> str:
    with TemporaryDirectory() as folder, LiveForge(Path(folder) / "data") as forge, sync_playwright() as playwright:
        browser = start(playwright)
        page = browser.new_context(viewport=DESKTOP).new_page()  # type: ignore[arg-type]
        sign_in(page, forge.link())
        create(page, "Digits")
        loads = [load(browser, page) for _ in range(RUNS)]
        browser.close()
    seconds = Spread(tuple(each.seconds for each in loads))
    kinds = [*KINDS.values(), "all else"]
    rows = [(kind, f"{max(each.received_bytes.get(kind, 0) for each in loads) / 1000:.0f} kB", "") for kind in kinds]
    total = Spread(tuple(each.size / 1000 for each in loads))
    rows.append(("together", f"{max(total.values):.0f} kB", f"{LIMIT_KILOBYTES} kB"))
    after = max(each.after for each in loads) / 1000
    rows.append(("after that, until the graph is drawn", f"{after:.0f} kB", ""))
    rows.append((f"until it can be used, median of {RUNS}", f"{seconds.median:.2f} s", f"{LIMIT_SECONDS:g} s"))
    rows.append(("the slowest of them", f"{max(seconds.values):.2f} s", ""))
    return (
        "The studio of the template Digits with an empty cache, in a new browser context each time: all bytes that "
        "were asked for until the text can be written and the app runs, compressed and with headers, fonts and "
        "the rune too. Pyodide comes after that and is not among them.\n\n" + table(["", "measured", "at most"], rows)
    )


def load(browser: Browser, signed_in: Page) -> Load:
    """Opens the studio's address as the same person with nothing in the cache.

    Raises `CannotMeasure` with the addresses of what was asked for and had not come to its end in time.
    """
    state: Any = signed_in.context.storage_state()
    context = browser.new_context(viewport=DESKTOP, storage_state=state)  # type: ignore[arg-type]
    page = context.new_page()
    requests: list[Request] = []
    under_way: set[Request] = set()

    def begins(request: Request) -> None:
        requests.append(request)
        under_way.add(request)

    def ends(request: Request) -> None:
        under_way.discard(request)

    # The page's own events and not one target's of the protocol: the frame of the preview is a target of its own.
    page.on("request", begins)
    page.on("requestfinished", ends)
    page.on("requestfailed", ends)
    page.goto(signed_in.url, wait_until="commit")
    page.wait_for_function(_READY, polling="raf", timeout=TIMEOUT)
    seconds = page.evaluate("window.usable / 1000")
    usable = page.evaluate("performance.timeOrigin + window.usable")
    page.wait_for_function(_AT_REST, timeout=TIMEOUT)
    rest = [request for request in requests if not is_later(request)]
    _finish(page, under_way, rest)
    received_bytes = received_of([request for request in rest if request.timing["startTime"] <= usable])
    after = sum(received_of(rest).values()) - sum(received_bytes.values())
    context.close()
    return Load(seconds, received_bytes, after)


def is_later(request: Request) -> bool:
    """Returns whether it belongs to the page's own Python."""
    return any(part in request.url for part in LATER)


def received_of(requests: list[Request]) -> dict[str, int]:
    """Bytes that came over the network, with headers, by kind."""
    received_bytes: dict[str, int] = {}
    for request in requests:
        if request.failure is not None:
            continue
        sizes = request.sizes()
        kind = KINDS.get(request.resource_type, "all else")
        received_bytes[kind] = received_bytes.get(kind, 0) + sizes["responseBodySize"] + sizes["responseHeadersSize"]
    return received_bytes


def _finish(page: Page, under_way: set[Request], requests: list[Request]) -> None:
    """Waits until these have ended, however they end."""
    deadline = time.monotonic() + TIMEOUT / 1000
    while waiting := under_way.intersection(requests):
        if time.monotonic() > deadline:
            addresses = ", ".join(sorted(request.url for request in waiting))
            raise CannotMeasure(f"these did not end in {TIMEOUT // 1000} s: {addresses}")
        page.wait_for_timeout(20)  # the browser's events come meanwhile
