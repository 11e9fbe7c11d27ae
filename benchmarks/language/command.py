"""Measures how long the command takes to answer: from the shell's start of it to its end."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.figure import ROOT, CannotMeasure, Spread, table

RUNS = 15
AIM = 150
"""Milliseconds for `rune --help`."""


def measure() -> str:
    rune = Path(sys.executable).parent / "rune"
    if not rune.exists():
        raise CannotMeasure("the command is not installed beside this Python")
    with tempfile.TemporaryDirectory() as folder:
        app = Path(folder) / "sine"
        rune_path = Path(folder) / "sine.rune"
        for command in (["new", "sine", str(app)], ["build", str(app), "-o", str(rune_path)]):
            subprocess.run([rune, *command], check=True, capture_output=True)
        commands: dict[str, Sequence[str | Path]] = {
            "`python -c pass`, for comparison": [sys.executable, "-c", "pass"],
            "`rune --help`": [rune, "--help"],
            "`rune check --help`": [rune, "check", "--help"],
            "`rune check` of the template sine": [rune, "check", app],
            "`rune fmt --check` of the same": [rune, "fmt", "--check", ROOT / "examples" / "sine"],
            "`rune inspect` of its rune": [rune, "inspect", rune_path],
            "`rune run` of its rune": [rune, "run", rune_path, "--generated"],
            "`rune build` of it": [rune, "build", app, "-o", rune_path],
        }
        rows = [_row(name, command) for name, command in commands.items()]
    return (
        f"The median of {RUNS}, from start to end of the process; the aim is `rune --help` in under {AIM} ms. Heavy "
        "packages are imported when they are used.\n\n" + table(["command", "ms", "slowest"], rows)
    )


def _row(name: str, command: Sequence[str | Path]) -> list[str]:
    times = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        times.append((time.perf_counter() - begin) * 1000)
    spread = Spread(tuple(times))
    return [name, f"{spread.median:.0f}", f"{max(spread.values):.0f}"]
