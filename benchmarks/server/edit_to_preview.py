"""Measures how long after an edit the preview shows what the edited app says: the whole way, in the studio, on
`keywords`.

From the event of the last keystroke to the first result of the new rune on the page: saved, checked, built, fetched,
loaded and run. Each edit shows in a result, and makes a rune that was never built before.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page

from benchmarks.chromium import open_page
from benchmarks.figure import ROOT, Spread, table
from benchmarks.machine import children_of, command_of, processor_time
from tests.support.browsers.studio import create, expect_running, open_file, put_file, replace_in_editor, sign_in
from tests.support.servers.live_forge import LiveForge

EDITS = 20
MEDIAN_AIM, MOST_AIM = 0.15, 0.25
"""Seconds: of half of the edits, and of nine of ten."""

_WATCH = """([name, text]) => {
  document.addEventListener("beforeinput", () => { window.editTime = performance.now(); }, { capture: true });
  const isThere = () => {
    const card = document.querySelector(`[aria-label="Output ${name}"]`);
    return card !== null && [...card.querySelectorAll("p")].some(each => each.textContent === text);
  };
  window.secondsToResult = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`${name} never showed ${text}`)), 60_000);
    const observer = new MutationObserver(() => {
      if (isThere()) { observer.disconnect(); resolve((performance.now() - window.editTime) / 1000); }
    });
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  });
}"""

_STAGES = """
  constant:
    proc-block: ./constant.py
    inputs: [shares]
  multiplied:
    proc-block: dequantize
    inputs: [constant]
    outputs: [{type: f32, dimensions: [1]}]
    args: {scale: 1.0}
  product:
    out: serial
    inputs: [multiplied]
  step:
    proc-block: ./step.py
    inputs: [shares]
  stepped:
    out: serial
    inputs: [step]

resources:"""
_CONSTANT = 'def constant(x: f32["n"]) -> u8[1]:\n    y = u8[1]()\n    y[0] = 2\n    return y\n'
_STEP = 'def step(x: f32["n"]) -> f32[1]:\n    y = f32[1]()\n    y[0] = 100.0\n    return y\n'


_WORDS = r"down\nleft\nno\nright\nsilence\nunknown\nup\nyes\nnothing"


@dataclass(frozen=True)
class TimedEdit:
    """A kind of edit: which line of which file changes, and which value of `output` the preview then shows."""

    name: str
    file: str
    output: str
    old: str
    """A part of the line that is edited, before the first edit."""
    line: Callable[[int], str]
    """The line after the edit `n`; it stands in no other line."""
    shown_value: Callable[[int], str]


def _edits(label: str) -> tuple[TimedEdit, ...]:
    """The kinds of edits of a project in which `label` is heard."""
    return (
        TimedEdit("a label", "labels.txt", "heard", label, lambda n: f"{label}-{n}", lambda n: f"{label}-{n}"),
        TimedEdit(
            "a number",
            "Runefile.yml",
            "product",
            "{scale:",
            lambda n: f"args: {{scale: {n}.5}}",
            lambda n: f"{2 * n + 1}",
        ),
        TimedEdit(
            "an argument of a stage",
            "Runefile.yml",
            "called",
            "wordlist:",
            lambda n: f'wordlist: "{_WORDS.replace(label, f"{label}-{n}")}"',
            lambda n: f"{label}-{n}",
        ),
        TimedEdit(
            "a number in a block",
            "step.py",
            "stepped",
            "y[0] =",
            lambda n: f"y[0] = {100 + n}.0",
            lambda n: f"{100 + n}",
        ),
    )


def measure() -> str:
    with TemporaryDirectory() as folder, LiveForge(Path(folder) / "data") as forge, open_page() as page:
        sign_in(page, forge.link())
        create(page, "Spoken words")
        page.get_by_role("button", name="Signal").click()
        put_file(page, "constant.py", _CONSTANT.encode())
        put_file(page, "step.py", _STEP.encode())
        runefile = (ROOT / "examples/keywords/Runefile.yml").read_text("utf-8")
        put_file(page, "Runefile.yml", runefile.replace("\nresources:", _STAGES).encode())
        page.get_by_role("region", name="Output stepped").get_by_text("100", exact=True).first.wait_for()
        expect_running(page)
        heard_label = page.get_by_role("region", name="Output heard").locator("p").first.inner_text()
        rows = [
            _row(edit.name, [_edit_time(page, forge, edit, number) for number in range(1, EDITS + 2)])
            for edit in _edits(heard_label)
        ]
    return (
        f"In the studio, from the keystroke to the first result of the new rune on the page. {EDITS} edits of each "
        "kind after a first one, each a rune that was never built before, in the template `keywords` with blocks of "
        "its own. Processor time is that of the whole server and of the whole browser from the keystroke until the "
        "page is at rest, with the check, the graph and the figures that follow the first result; other programs on "
        "the machine do not lengthen it.\n\n"
        + table(
            [
                "",
                "median, s",
                "aim",
                "9 of 10 within, s",
                "aim",
                "slowest, s",
                "first edit, s",
                "processor: server, s",
                "processor: browser, s",
            ],
            rows,
        )
    )


@dataclass(frozen=True)
class EditTime:
    """One edit: seconds until its result is on the page, and seconds of processor time that it cost."""

    elapsed_seconds: float
    server: float
    browser: float


def _edit_time(page: Page, forge: LiveForge, edit: TimedEdit, number: int) -> EditTime:
    browser = browser_pid()
    server_before, browser_before = processor_time(forge.pid), processor_time(browser)
    elapsed_seconds = seconds_of_edit(page, edit, number)
    return EditTime(
        elapsed_seconds, processor_time(forge.pid) - server_before, processor_time(browser) - browser_before
    )


def browser_pid() -> int:
    """The driver of this program's browser, whose children the browser's processes are."""
    return next(child for child in children_of(os.getpid()) if "playwright" in command_of(child))


def _row(name: str, edits: list[EditTime]) -> tuple[str, ...]:
    first, later = edits[0].elapsed_seconds, edits[1:]
    spread = Spread(tuple(each.elapsed_seconds for each in later))
    server, browser = (Spread(tuple(getattr(each, part) for each in later)).median for part in ("server", "browser"))
    median, most, slowest = spread.median, spread.percentile(90), max(spread.values)
    figures = (median, MEDIAN_AIM, most, MOST_AIM, slowest, first, server, browser)
    return (name, *(f"{value:.2f}" for value in figures))


def seconds_of_edit(page: Page, edit: TimedEdit, number: int) -> float:
    """Writes the line and waits until its result is there; what runs then is what is written."""
    open_file(page, edit.file)
    editor = page.get_by_role("textbox", name=edit.file)
    editor.click()
    if edit.file == "Runefile.yml":
        page.keyboard.press("Control+End")  # the editor draws only the lines that are in sight
    page.evaluate(_WATCH, [edit.output, edit.shown_value(number)])
    replace_in_editor(page, edit.file, edit.old if number == 1 else edit.line(number - 1), edit.line(number))
    seconds: float = page.evaluate("window.secondsToResult")
    expect_running(page)
    return seconds
