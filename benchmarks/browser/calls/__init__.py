"""The cost of a call of a rune beside the rune: the template sine, whose model takes a millionth of a second."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.browser.latency import serving
from benchmarks.chromium import bundle, open_page
from benchmarks.figure import ROOT, Spread, table
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.project.files import FolderFiles
from rune.running.runtime import Limits, Runtime

HERE = Path(__file__).resolve().parent
ROUNDS = 201
CALLS = 100
"""The calls of a round in Python."""
UNDISTURBED_PERCENT = 10
"""For 100 rounds, so many are taken for undisturbed by other programs: the fastest ones."""


def measure() -> str:
    rune = build(FolderFiles(ROOT / "examples" / "sine"), BuildOptions("sine")).rune
    wall, processor = _in_python(rune)
    page = _in_the_page(rune)
    of_page, of_wall, of_processor = (f"{each.percentile(UNDISTURBED_PERCENT):.1f}" for each in (page, wall, processor))
    rows = [
        ("the page's runtime", of_page, "", "5"),
        ("the runtime for Python", of_wall, of_processor, "20"),
    ]
    return (
        "A call of the template sine in µs, from bytes of its input to numbers of its output, which comes as text; "
        f"what the fastest tenth of {ROUNDS} rounds took at most. Python calls in the caller's thread; its rune counts "
        "no instructions.\n\n" + table(["", "a call", "of processor time", "aim"], rows)
    )


def _in_python(rune: bytes) -> tuple[Spread, Spread]:
    """Microseconds a call, by the wall and of the processor."""
    runtime = Runtime.load(rune, Limits(fuel=None))
    (source,) = runtime.capabilities
    inputs = {source.id: bytes(4)}

    def rounds(clock: Callable[[], float]) -> Spread:
        durations = []
        for _ in range(ROUNDS):
            begin = clock()
            for _ in range(CALLS):
                runtime.call(inputs)
            durations.append((clock() - begin) / CALLS * 1e6)
        return Spread(tuple(durations))

    return rounds(time.perf_counter), rounds(time.process_time)


def _in_the_page(rune: bytes) -> Spread:
    """Microseconds a call in the runtime that visitors use."""
    with TemporaryDirectory() as name:
        site = Path(name)
        (site / "sine.rune").write_bytes(rune)
        shutil.copy(HERE / "page.html", site)
        bundle(HERE / "page.ts", site / "page.js")
        with serving(site) as address, open_page() as page:
            page.goto(f"{address}/page.html")
            return Spread(tuple(page.evaluate("(rounds) => measure(rounds)", ROUNDS)))
