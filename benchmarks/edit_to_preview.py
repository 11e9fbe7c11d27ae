"""How long after an edit the preview shows what the edited app says: the whole way, in the studio, on `keywords`.

From the event of the last keystroke to the first result of the new rune on the page: saved, checked, built, fetched,
loaded and run.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page

from benchmarks.browser import open_page
from benchmarks.figure import Spread, table
from tests.e2e.studio import create, expect_running, open_file, replace_in_editor, sign_in
from tests.live_forge import LiveForge

EDITS = 20
AIM = 1.0
"""Seconds."""

# Renaming an output makes another rune each time, and the page heads the output's card with its name.
_WATCH = """name => {
  document.addEventListener("beforeinput", () => { window.edited = performance.now(); }, { capture: true });
  window.seen = new Promise(resolve => {
    const isThere = () => document.querySelector(`[aria-label="Output ${name}"]`) !== null;
    const observer = new MutationObserver(() => {
      if (isThere()) { observer.disconnect(); resolve((performance.now() - window.edited) / 1000); }
    });
    observer.observe(document.body, { childList: true, subtree: true, attributes: true });
  });
}"""


def measure() -> str:
    with TemporaryDirectory() as folder, LiveForge(Path(folder) / "data") as forge, open_page() as page:
        sign_in(page, forge.link())
        create(page, "Spoken words")
        page.get_by_role("button", name="Signal").click()
        open_file(page, "Runefile.yml")
        page.get_by_role("textbox", name="Runefile.yml").click()
        page.keyboard.press("Control+End")  # the editor draws only the lines that are in sight
        first = seconds_of_edit(page, "heard", "heard-0")
        times = tuple(seconds_of_edit(page, f"heard-{number}", f"heard-{number + 1}") for number in range(EDITS))
    spread = Spread(times)
    row = ("keywords", *(f"{value:.2f}" for value in (spread.median, spread.percentile(90), max(times), first)))
    return (
        f"In the studio, from the keystroke to the first result of the new rune on the page. {EDITS} edits of the "
        f"Runefile, each a build that was never made before. The aim is a median under {AIM:g} s.\n\n"
        + table(["", "median, s", "9 of 10 within, s", "slowest, s", "first edit, s"], [row])
    )


def seconds_of_edit(page: Page, old: str, new: str) -> float:
    """Renames the output and waits until its card is there; what runs then is what is written."""
    page.evaluate(_WATCH, new)
    replace_in_editor(page, "Runefile.yml", f"{old}:", f"{new}:")
    seconds: float = page.evaluate("window.seen")
    expect_running(page)
    return seconds
