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
from tests.e2e.studio import create, expect_running, open_file, put_file, replace_in_editor, sign_in
from tests.support.live_forge import LiveForge

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

_BLOCK_AIM = 0.5
"""Seconds, for a changed block in Python."""
_OWN = """\
version: 1
image: runicos/base
pipeline:
  number:
    capability: RAW
    args: {length: 4}
    outputs: [{type: f32, dimensions: [1]}]
  step:
    proc-block: ./step.py
    inputs: [number]
  result:
    out: SERIAL
    inputs: [step]
"""
_BLOCK = 'def step(x: f32["n"]) -> f32["n"]:\n    y = x[:]\n    y[0] = 100.0\n    return y\n'
_WATCH_NUMBER = """text => {
  document.addEventListener("beforeinput", () => { window.edited = performance.now(); }, { capture: true });
  const said = () => [...document.querySelectorAll('[aria-label="Output result"] p')].map(each => each.textContent);
  window.seen = new Promise(resolve => {
    const observer = new MutationObserver(() => {
      if (!said().includes(text)) return;
      observer.disconnect();
      resolve((performance.now() - window.edited) / 1000);
    });
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
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
        first = seconds_of_edit(page, "called", "called-0")
        times = tuple(seconds_of_edit(page, f"called-{number}", f"called-{number + 1}") for number in range(EDITS))
    rows = [_row("keywords, a name in the Runefile", first, times), _row("a block in Python", *seconds_of_block())]
    return (
        f"In the studio, from the keystroke to the first result of the new rune on the page. {EDITS} edits of the "
        f"Runefile, and as many of a number in a block of the project, each a build that was never made before. The "
        f"aims are medians under {AIM:g} s and under {_BLOCK_AIM:g} s.\n\n"
        + table(["", "median, s", "9 of 10 within, s", "slowest, s", "first edit, s"], rows)
    )


def _row(name: str, first: float, times: tuple[float, ...]) -> tuple[str, ...]:
    spread = Spread(times)
    return (name, *(f"{value:.2f}" for value in (spread.median, spread.percentile(90), max(times), first)))


def seconds_of_block() -> tuple[float, tuple[float, ...]]:
    """The first edit of a block, and those after it: what it gives is what the page must show."""
    with TemporaryDirectory() as folder, LiveForge(Path(folder) / "data") as forge, open_page() as page:
        sign_in(page, forge.link())
        create(page, "Sine")
        put_file(page, "step.py", _BLOCK.encode())
        put_file(page, "Runefile.yml", _OWN.encode())
        open_file(page, "step.py")
        expect_running(page)
        first, *times = (seconds_of_number(page, 100 + number) for number in range(EDITS + 1))
    return first, tuple(times)


def seconds_of_number(page: Page, old: int) -> float:
    """Writes the next number into the block and waits until the rune gives it."""
    page.get_by_role("region", name="Output result").get_by_text(str(old), exact=True).first.wait_for()
    page.evaluate(_WATCH_NUMBER, str(old + 1))
    replace_in_editor(page, "step.py", f"{old}.0", f"y[0] = {old + 1}.0")
    seconds: float = page.evaluate("window.seen")
    expect_running(page)
    return seconds


def seconds_of_edit(page: Page, old: str, new: str) -> float:
    """Renames the output and waits until its card is there; what runs then is what is written."""
    page.evaluate(_WATCH, new)
    replace_in_editor(page, "Runefile.yml", f"{old}:", f"{new}:")
    seconds: float = page.evaluate("window.seen")
    expect_running(page)
    return seconds
