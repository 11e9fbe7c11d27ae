"""`rune bench`: measures inference time. The runs of several runes alternate, so that noise affects all equally."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic

import click

from rune.running.container import PAGE_SIZE, read_rune
from rune.running.runtime import Limits, LoadedRune
from rune.tools.cli.files.input_file import ANY_PATH, read_input_file
from rune.tools.cli.running.input_options import InputOptions, input_options, limit_options
from rune.tools.cli.running.run import load, prepared_inputs, show_notices
from rune.tools.cli.running.runner import run_once
from rune.tools.cli.terminal.printing import format_option, print_json
from rune.tools.cli.terminal.progress import progress
from rune.wording import counted, plain


@dataclass(frozen=True)
class RuneTiming:
    """A rune's runs: milliseconds each, in the order of the runs; `size` and both memories in bytes.

    `memory` is what the build planned for a run, None where the rune does not say it; `wasm_memory` all that
    the module has.
    """

    file: str
    size: int
    memory: int | None
    wasm_memory: int
    milliseconds: tuple[float, ...]
    stages: Mapping[str, float] = field(default_factory=dict)
    """The median milliseconds of each stage, for a rune that was built to be timed."""

    @property
    def median(self) -> float:
        return statistics.median(self.milliseconds)

    def percentile(self, percent: int) -> float:
        """A percentile of the run times."""
        ascending = sorted(self.milliseconds)
        return ascending[max(0, -(-len(ascending) * percent // 100) - 1)]


@click.command()
@click.argument("runes", nargs=-1, required=True, type=ANY_PATH)
@input_options
@click.option(
    "-n", "--runs", type=click.IntRange(1, 1_000_000), default=100, show_default=True, help="Timed runs of each rune."
)
@click.option(
    "--warm-up", type=click.IntRange(0), default=5, show_default=True, help="Warm-up runs before them, not counted."
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=30.0,
    show_default=True,
    help="Start no run after this time; each rune runs at least once.",
)
@limit_options
@format_option()
def command(
    runes: Sequence[Path],
    inputs: InputOptions,
    runs: int,
    warm_up: int,
    seconds: float,
    limits: Limits,
    form: str,
) -> None:
    """Measure how long a run of each of RUNES takes, inside the rune alone.

    Input without a file is generated, the same every time. For a rune that was built with --timed, the time of each
    stage is shown too.
    """
    inputs = replace(inputs, generated=True)
    timings = _measure(runes, inputs, limits, runs, warm_up, seconds)
    if form == "json":
        print_json({"runes": [_as_json(each, timings[0]) for each in timings]})
    else:
        click.echo("\n".join(_as_text(timings)))


def _measure(
    paths: Sequence[Path], inputs: InputOptions, limits: Limits, runs: int, warm_up: int, seconds: float
) -> tuple[RuneTiming, ...]:
    contents = [read_input_file(path) for path in paths]
    notices: list[str] = []
    with progress("Loading") as progress_line:
        loaded_runes = [load(data, limits, {}) for data in contents]
        # Once for all runs: to read a picture or to make up noise is no part of a run.
        sources = [prepared_inputs(rune, inputs, notices.append) for rune in loaded_runes]
        end = monotonic() + seconds
        times: list[list[float]] = [[] for _ in paths]
        stages: list[list[Mapping[str, float]]] = [[] for _ in paths]
        for number in range(-warm_up, runs):
            if times[0] and monotonic() > end:
                break
            if progress_line is not None:
                progress_line.text = (
                    f"Warming up, {-number} to go" if number < 0 else f"Measuring, run {number + 1} of {runs}"
                )
            for rune, source, milliseconds, stage_times in zip(loaded_runes, sources, times, stages, strict=True):
                run_once(rune, source)
                while rune.is_incomplete and monotonic() < end:
                    run_once(rune, source)  # only runs that complete the window of a stream count
                # Of a rune so slow that nothing is left of the time, the warm-up is what there is.
                if number >= 0 or monotonic() > end:
                    milliseconds.append(rune.milliseconds)
                    stage_times.append(rune.stages)
    show_notices(notices)
    return tuple(
        _timing(path, data, rune, milliseconds, stage_times)
        for path, data, rune, milliseconds, stage_times in zip(
            paths, contents, loaded_runes, times, stages, strict=True
        )
    )


def _timing(
    path: Path, data: bytes, rune: LoadedRune, milliseconds: Sequence[float], stage_times: Sequence[Mapping[str, float]]
) -> RuneTiming:
    pages = rune.memory_pages * PAGE_SIZE
    return RuneTiming(
        str(path), len(data), read_rune(data).planned_memory, pages, tuple(milliseconds), _medians(stage_times)
    )


def _medians(runs: Sequence[Mapping[str, float]]) -> Mapping[str, float]:
    """The median of each stage over the runs."""
    return {stage: statistics.median(run.get(stage, 0.0) for run in runs) for stage in (runs[0] if runs else {})}


def _as_json(each: RuneTiming, first: RuneTiming) -> Mapping[str, object]:
    return {
        "file": each.file,
        "size": each.size,
        "memory": each.memory,
        "wasm_memory": each.wasm_memory,
        "runs": len(each.milliseconds),
        "milliseconds": {
            "median": round(each.median, 4),
            "p95": round(each.percentile(95), 4),
            "fastest": round(min(each.milliseconds), 4),
            "slowest": round(max(each.milliseconds), 4),
        },
        "ratio": round(each.median / first.median, 4) if first.median else None,
        **({"stages": {stage: round(time, 4) for stage, time in each.stages.items()}} if each.stages else {}),
    }


def _as_text(timings: Sequence[RuneTiming]) -> Iterator[str]:
    first = timings[0]
    for each in timings:
        yield each.file
        runs = counted(len(each.milliseconds), "run")
        yield f"  median {each.median:.3f} ms, p95 {each.percentile(95):.3f} ms of {runs}"
        yield f"  fastest {min(each.milliseconds):.3f} ms, slowest {max(each.milliseconds):.3f} ms"
        planned_memory = "" if each.memory is None else f"memory {each.memory:,} bytes, "
        yield f"  {planned_memory}WebAssembly memory {each.wasm_memory:,} bytes, size {each.size:,} bytes"
        if each is not first and first.median:
            yield f"  {each.median / first.median:.2f} times the time of {first.file}"
        yield from _stages_text(each.stages)


def _stages_text(stages: Mapping[str, float]) -> Iterator[str]:
    """A line for each stage: its median, and its share of their sum."""
    whole = sum(stages.values())
    width = max(map(len, stages), default=0)
    for stage, milliseconds in stages.items():
        share = milliseconds / whole if whole else 0.0
        yield f"  {plain(stage):<{width}}  {milliseconds:8.3f} ms  {share:4.0%}"
