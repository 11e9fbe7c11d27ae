"""Measures how long a model takes to become a rune, and how large that is: MLPerf Tiny's four in int8, and the
templates."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.compiler.models import models
from benchmarks.figure import ROOT, Spread, table
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.building.report import BuildReport
from rune.compiler.targets.wasm32 import BALANCED
from rune.project.files import FolderFiles, MemoryFiles, ProjectFiles

RUNS = 5

CODE = (
    "Code is all of a rune but its constants. Fully connected layers share one kernel. Pointwise and depthwise layers "
    "do where they take little of the time (the README of the kernels says why); shared by all layers vww "
    "has 2.8 kB less and takes "
    "4 % more. `--optimize size` shares all code (2.3 to 7.5 kB)."
)


@dataclass(frozen=True)
class BuildTimes:
    """Seconds of the first build of a process, of the same once more, and of one that differs in an argument; and what
    came out of the first."""

    first: float
    again: float
    changed: float | None
    report: BuildReport


def measure() -> str:
    rows = [
        _row(f"{model.name} ({model.task})", model.project, (model.dequantized(0.5), model.dequantized(0.25)))
        for model in models()
    ]
    rows += [_row(f"template {name}", FolderFiles(ROOT / "examples" / name)) for name in ("digits", "keywords", "sine")]
    head = [
        "",
        "first, s",
        "slowest, s",
        "first, balanced, s",
        "again, s",
        "other argument, s",
        "model, bytes",
        "rune, bytes",
        "rune / model",
        "code, bytes",
        "arena, bytes",
    ]
    return (
        f"Check and compile. First: of a process that has built nothing yet, the median of {RUNS} processes. Again: "
        "once more in the same process, which keeps what it compiled, as a worker does between edits. Balanced: first, "
        "with `--optimize balanced`, a rune of one module; a rune for browsers has a second one by default, which is "
        "most of what it takes longer. Other argument: "
        "with a block behind the model, built before with another number as its argument; the aim is 0.1 s.\n\n"
        + table(head, rows)
        + "\n\nThe rune is all that is needed to run it; the arena is its working memory, inputs and outputs included. "
        + CODE
    )


def _row(name: str, project: ProjectFiles, edits: tuple[ProjectFiles, ProjectFiles] | None = None) -> tuple[str, ...]:
    contents = _contents(project)
    edited_contents = None if edits is None else (_contents(edits[0]), _contents(edits[1]))
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as fresh:
        timings = [fresh.apply(build_again, (contents, edited_contents)) for _ in range(RUNS)]
        balanced_times = Spread(tuple(fresh.apply(build_balanced, (contents,)) for _ in range(RUNS)))
    first = Spread(tuple(each.first for each in timings))
    again = Spread(tuple(each.again for each in timings))
    changed = [each.changed for each in timings if each.changed is not None]
    report = timings[0].report
    size = sum(model.size or 0 for model in report.models)
    return (
        name,
        f"{first.median:.2f}",
        f"{max(first.values):.2f}",
        f"{balanced_times.median:.2f}",
        f"{again.median:.2f}",
        f"{Spread(tuple(changed)).median:.3f}" if changed else "",
        f"{size:,}",
        f"{report.size:,}",
        f"{report.size / size:.2f}",
        f"{report.size - report.memory.constants:,}",
        f"{report.memory.arena:,}",
    )


def _contents(project: ProjectFiles) -> dict[str, bytes]:
    return {path: project.read(path) for path in project.paths()}


def build_balanced(contents: Mapping[str, bytes]) -> float:
    """Seconds of the first build with one module, in a process of its own."""
    begin = time.perf_counter()
    build(MemoryFiles(contents), BuildOptions("measured", target=BALANCED))
    return time.perf_counter() - begin


def build_again(
    contents: Mapping[str, bytes], edited_contents: tuple[Mapping[str, bytes], Mapping[str, bytes]] | None
) -> BuildTimes:
    """Builds in a process of its own."""
    files = MemoryFiles(contents)
    begin = time.perf_counter()
    report = build(files, BuildOptions("measured")).report
    middle = time.perf_counter()
    build(files, BuildOptions("measured"))
    again = time.perf_counter() - middle
    if edited_contents is None:
        return BuildTimes(middle - begin, again, None, report)
    before, after = map(MemoryFiles, edited_contents)
    build(before, BuildOptions("measured"))
    begin_changed = time.perf_counter()
    build(after, BuildOptions("measured"))
    return BuildTimes(middle - begin, again, time.perf_counter() - begin_changed, report)
