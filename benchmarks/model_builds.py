"""How long a model takes to become a rune, and how large that is: MLPerf Tiny's four in int8, and the templates."""

from __future__ import annotations

import time

from benchmarks.figure import ROOT, Spread, table
from benchmarks.models import models
from rune.build import BuildResult, build
from rune.files import FolderFiles, ProjectFiles

RUNS = 5


def measure() -> str:
    rows = [_row(f"{model.name} ({model.task})", model.project) for model in models()]
    rows += [_row(f"template {name}", FolderFiles(ROOT / "examples" / name)) for name in ("digits", "keywords", "sine")]
    head = [
        "",
        "build, s",
        "slowest, s",
        "model, bytes",
        "rune, bytes",
        "rune / model",
        "arena, bytes",
        "constants, bytes",
    ]
    return (
        f"Check and compile, in one process whose first build is not counted; the median of {RUNS}.\n\n"
        + table(head, rows)
        + "\n\nThe rune is all that is needed to run it; the arena is its working memory, inputs and outputs included."
    )


def _row(name: str, project: ProjectFiles) -> tuple[str, ...]:
    seconds, result = _builds(project)
    report = result.report
    size = sum(model.size for model in report.models)
    return (
        name,
        f"{seconds.median:.2f}",
        f"{max(seconds.values):.2f}",
        f"{size:,}",
        f"{report.size:,}",
        f"{report.size / size:.2f}",
        f"{report.memory.arena:,}",
        f"{report.memory.constants:,}",
    )


def _builds(project: ProjectFiles) -> tuple[Spread, BuildResult]:
    result = build(project, "measured")
    times = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        result = build(project, "measured")
        times.append(time.perf_counter() - begin)
    return Spread(tuple(times)), result
