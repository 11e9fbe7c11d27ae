"""What a person waits for at the studio's first load: what is received until it can be used, and how long that takes.

Everything that the page asks for counts with the bytes that came over the network, compressed, with their headers: the
page, its scripts and styles, the fonts that it shows, icons, the rune. Only Pyodide is left out, which comes later.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.browser import DESKTOP, start
from benchmarks.figure import Spread, table
from tests.e2e.studio import RUNNING, create, sign_in
from tests.live_forge import LiveForge

RUNS = 5
LIMIT_KILOBYTES, LIMIT_SECONDS = 350, 1.5
LATER = "/static/language/"
"""What the page's own Python is made of; until it is there, the server answers."""
KINDS = {"Document": "the page", "Script": "scripts", "Stylesheet": "styles", "Font": "fonts"}

# Usable: the text can be written, and the app runs what is written.
_READY = f"""() => {{
  const shown = [...document.querySelectorAll("[role=status]")].some((each) => each.textContent.includes("{RUNNING}"));
  if (!shown || document.querySelector(".cm-content[contenteditable=true]") === null) return false;
  window.usable ??= performance.now();
  return true;
}}"""


@dataclass(frozen=True)
class Load:
    """One load with an empty cache: seconds, and bytes by kind."""

    seconds: float
    received: dict[str, int]

    @property
    def size(self) -> int:
        return sum(self.received.values())


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
    rows = [(kind, f"{max(each.received.get(kind, 0) for each in loads) / 1000:.0f} kB", "") for kind in kinds]
    total = Spread(tuple(each.size / 1000 for each in loads))
    rows.append(("together", f"{max(total.values):.0f} kB", f"{LIMIT_KILOBYTES} kB"))
    rows.append((f"until it can be used, median of {RUNS}", f"{seconds.median:.2f} s", f"{LIMIT_SECONDS:g} s"))
    rows.append(("the slowest of them", f"{max(seconds.values):.2f} s", ""))
    return (
        "The studio of the template Digits with an empty cache, in a new browser context each time: all bytes that "
        "were asked for until the text can be written and the app runs, compressed and with headers, fonts and "
        "the rune too. Pyodide comes after that and is not among them.\n\n" + table(["", "measured", "at most"], rows)
    )


def load(browser: Browser, signed_in: Page) -> Load:
    """Opens the studio's address as the same person with nothing in the cache."""
    state: Any = signed_in.context.storage_state()
    context = browser.new_context(viewport=DESKTOP, storage_state=state)  # type: ignore[arg-type]
    page = context.new_page()
    protocol = context.new_cdp_session(page)
    protocol.send("Network.enable")
    protocol.send("Network.setCacheDisabled", {"cacheDisabled": True})
    kinds: dict[str, str] = {}
    received: dict[str, int] = {}
    ended: set[str] = set()

    def begins(event: dict[str, Any]) -> None:
        if LATER not in event["request"]["url"]:
            kinds[event["requestId"]] = KINDS.get(event.get("type", ""), "all else")

    def ends(event: dict[str, Any]) -> None:
        ended.add(event["requestId"])
        if (kind := kinds.get(event["requestId"])) is not None:
            received[kind] = received.get(kind, 0) + int(event["encodedDataLength"])

    protocol.on("Network.requestWillBeSent", begins)
    protocol.on("Network.loadingFinished", ends)
    protocol.on("Network.loadingFailed", lambda event: ended.add(event["requestId"]))
    page.goto(signed_in.url, wait_until="commit")
    page.wait_for_function(_READY, polling="raf", timeout=30_000)
    seconds = page.evaluate("window.usable / 1000")
    wanted = set(kinds)
    while wanted - ended:
        page.wait_for_timeout(20)  # the protocol's events come meanwhile
    context.close()
    return Load(seconds, received)
