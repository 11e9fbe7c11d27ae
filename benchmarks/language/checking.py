"""Measures how long a check of a Runefile takes, in Python and in the Python of browsers: what every keystroke waits
for."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import time
import zipfile
from collections.abc import Sequence
from importlib.metadata import distribution
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figure import ROOT, CannotMeasure, table
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.project.files import MemoryFiles
from rune.source.runefile import check

USUAL, LARGE = 7, 1000
LIMITS = {USUAL: 20, LARGE: 1000}
"""Milliseconds that a check of so many stages may take."""
RUNS = {USUAL: 101, LARGE: 9}
PYODIDE = ROOT / "frontend" / "node_modules" / "pyodide"
SCRIPT = ROOT / "benchmarks" / "language" / "checking.mjs"


def measure() -> str:
    """Medians, one row a number of stages."""
    here = [str(duration) for duration in milliseconds()]
    there = _in_pyodide()
    rows = [
        [f"{count:,} stages", f"{float(mine):,.1f} ms", f"{theirs:,.1f} ms", f"{LIMITS[count]:,} ms"]
        for count, mine, theirs in zip((USUAL, LARGE), here, there, strict=True)
    ]
    head = ["a check of a Runefile of", "CPython", "Pyodide, under Node", "at most"]
    return (
        f"{table(head, rows)}\n\n"
        "A check reads the text, finds everything that is wrong with it, and gives the checked pipeline. The models of "
        f"the project are not part of it. CPython is {sys.version.split()[0]}."
    )


def milliseconds() -> list[float]:
    """The median time of a check of the usual and of the large Runefile."""
    return [_milliseconds(count) for count in (USUAL, LARGE)]


def runefile(stages: int) -> str:
    """A Runefile of so many stages, written as people write them."""
    lines = [
        "version: 1\nimage: runicos/base\npipeline:",
        "  audio:  # one second\n    capability: SOUND\n    args:\n      hz: 16000\n      sample_duration_ms: 1000",
        "    outputs:\n      - type: i16\n        dimensions: [16000]",
    ]
    before = "audio"
    for number in range(stages - 2):
        lines.append(f"  stage_{number}:\n    proc-block: hotg-ai/proc-blocks@v0.11.3#normalize")
        lines.append(f"    inputs:\n      - {before}\n    outputs:\n      - type: i16\n        dimensions: [16000]")
        before = f"stage_{number}"
    lines.append(f"  serial:\n    out: TENSOR\n    inputs:\n      - {before}\n")
    return "\n".join(lines)


def _milliseconds(stages: int) -> float:
    files = MemoryFiles({"Runefile.yml": runefile(stages).encode()})
    times = []
    for _ in range(RUNS[stages]):
        begin = time.perf_counter()
        result = check(files, PUBLISHED_BLOCKS)
        times.append((time.perf_counter() - begin) * 1000)
        assert result.diagnostics == ()
    return statistics.median(times)


def _in_pyodide() -> Sequence[float]:
    node = shutil.which("node")
    if node is None or not PYODIDE.exists():
        raise CannotMeasure("Node and the front end's packages are needed")
    with TemporaryDirectory() as folder:
        archive = Path(folder) / "toolchain.zip"
        with zipfile.ZipFile(archive, "w") as zip_file:
            for path in sorted((ROOT / "rune").rglob("*.py")):
                zip_file.write(path, path.relative_to(ROOT))
            for name in ("benchmarks/language/__init__.py", "benchmarks/language/checking.py", "benchmarks/figure.py"):
                zip_file.write(ROOT / name, name)
            for file in distribution("PyYAML").files or ():
                if file.suffix == ".py":
                    zip_file.write(str(file.locate()), str(file))
        command = [node, str(SCRIPT), str(PYODIDE), str(archive)]
        process = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if process.returncode != 0:
        raise CannotMeasure(f"Pyodide ended with {process.stderr[-500:]}")
    durations: list[float] = json.loads(process.stdout.splitlines()[-1])
    return durations
