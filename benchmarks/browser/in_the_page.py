"""Measurements of the studio in the page: the start of its own Python, its checks, the load of its thread."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Page

from benchmarks.chromium import open_page
from benchmarks.figure import Spread, table
from benchmarks.language.checking import LARGE, LIMITS, RUNS, USUAL, runefile
from tests.support.browsers.studio import create, expect_running, open_file, sign_in
from tests.support.servers.live_forge import LiveForge

STARTS = 5
LETTERS = 40
LISTENING = 10
"""Seconds for which the page runs a preview on sound, untouched."""
TIMEOUT = 120_000
"""Milliseconds after which an answer will not come any more; no measure of how fast it is."""
LONG = 50
"""Milliseconds from which a task on the page's own thread is felt."""

# A worker of the language as the page starts one: milliseconds until it is ready, and of each check.
_CHECK = """async ([base, file, runs, patience]) => {
  const worker = new Worker("/static/build/language.js");
  const said = (what) => new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`${what} did not come in ${patience / 1000} s`)), patience);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.onmessage = ({ data }) => ("failed" in data ? reject(new Error(data.failed)) : resolve(data));
  });
  worker.postMessage({ start: base });
  const { milliseconds } = await said("the page's own Python");
  const times = [];
  for (let id = 0; id < runs; id++) {
    const files = { "Runefile.yml": { text: `${file}# ${id}\\n` } };
    const request = JSON.stringify({ ask: "check", file: "Runefile.yml", offsets: "utf-16", files });
    const begin = performance.now();
    worker.postMessage({ id, request });
    const { reply } = await said(`the answer to check ${id}`);
    times.push(performance.now() - begin);
    if ("error" in JSON.parse(reply)) throw new Error(reply);
  }
  worker.terminate();
  return [milliseconds, times];
}"""
_WATCH = """() => {
  window.longTasks = [];
  const note = (list) => { for (const each of list.getEntries()) window.longTasks.push(each.duration); };
  new PerformanceObserver(note).observe({ type: "longtask" });
}"""


def measure() -> str:
    with TemporaryDirectory() as folder, LiveForge(Path(folder) / "data") as forge, open_page() as page:
        sign_in(page, forge.link())
        create(page, "Spoken words")
        base = json.loads(page.locator("#studio-state").text_content() or "{}")["language"]
        starts, usual = [], Spread(())
        for _ in range(STARTS):
            ready, usual = in_python(page, base, USUAL)
            starts.append(ready)
        _, large = in_python(page, base, LARGE)
        typing, listening = long_tasks(page)
    python = [
        ("ready, the first time in this browser", f"{starts[0]:,.0f} ms", ""),
        (f"ready again, median of {STARTS - 1}", f"{Spread(tuple(starts[1:])).median:,.0f} ms", ""),
        (f"a check of {USUAL} stages", f"{usual.median:,.1f} ms", f"{LIMITS[USUAL]:,} ms"),
        (f"a check of {LARGE:,} stages", f"{large.median:,.1f} ms", f"{LIMITS[LARGE]:,} ms"),
    ]
    tasks = [
        _row(f"{LETTERS} letters typed, the preview on a generated sound", typing),
        _row(f"{LISTENING} s of the preview alone", listening),
    ]
    return (
        "The page's own Python (Pyodide) in a worker, in Chromium; a check is from the file sent to its answer.\n\n"
        f"{table(['', 'measured', 'at most'], python)}\n\n"
        f"Tasks of more than {LONG} ms on the page's own thread; the aim is zero.\n\n"
        f"{table(['', 'tasks', 'longest'], tasks)}"
    )


def _row(name: str, tasks: list[float]) -> tuple[str, str, str]:
    return name, str(len(tasks)), f"{max(tasks):.0f} ms" if tasks else "none"


def in_python(page: Page, base: str, stages: int) -> tuple[float, Spread]:
    """Milliseconds until a new worker is ready, and of checks in it."""
    answer: Any = page.evaluate(_CHECK, [base, runefile(stages), RUNS[stages], TIMEOUT])
    return float(answer[0]), Spread(tuple(answer[1]))


def long_tasks(page: Page) -> tuple[list[float], list[float]]:
    """Returns the long tasks of typing a comment while the preview runs, and of the preview alone; in ms."""
    page.get_by_role("region", name="Preview").get_by_role("button", name="Signal").click()
    open_file(page, "Runefile.yml")
    page.get_by_role("textbox", name="Runefile.yml").click()
    page.keyboard.press("Control+End")
    page.keyboard.type("# ")
    expect_running(page)
    page.evaluate(_WATCH)
    page.keyboard.type("e" * LETTERS, delay=80)
    expect_running(page)
    typing: list[float] = page.evaluate("window.longTasks.splice(0)")
    page.wait_for_timeout(LISTENING * 1000)
    listening: list[float] = page.evaluate("window.longTasks.splice(0)")
    return typing, listening
