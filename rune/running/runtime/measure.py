"""Measuring inference time: the median and the quartiles of several runs on generated input."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rune.running.runtime.engine import LoadedRune, Runtime
from rune.running.runtime.host.imports import InputSource
from rune.running.runtime.inputs.generator import generated_inputs
from rune.running.runtime.limits import Limits

QUICK_SECONDS = 0.25
"""Time for which a quick rune runs again and again: a few runs of some microseconds tell nothing of the spread."""
QUICK_RUNS = 1000


@dataclass(frozen=True)
class Measurement:
    """Milliseconds a run: the median of `runs`, and the quartiles `low` and `high` between which half of them lie."""

    milliseconds: float
    runs: int
    low: float
    high: float


def measure(data: bytes, *, runs: int = 20, seconds: float = 2.0, limits: Limits | None = None) -> Measurement:
    """Runs a rune `runs` times, a quick one more often, and begins no run after `seconds`. Raises `RuneError`.

    The first run warms up and counts only when there is time for no other. Of a rune that takes a stream, only runs
    that complete a window count. Instructions are not counted, since counting
    costs time; each run is bounded by the limits' clock.
    """
    rune = Runtime.load(data, replace(limits or Limits(), fuel=None))
    inputs = generated_inputs(rune.capabilities)
    start = time.monotonic()
    _whole_run(rune, inputs, start + seconds)
    times: list[float] = []
    while (elapsed := time.monotonic() - start) < seconds and (
        len(times) < runs or (elapsed < QUICK_SECONDS and len(times) < QUICK_RUNS)
    ):
        _whole_run(rune, inputs, start + seconds)
        times.append(rune.milliseconds)
    return measurement_of(times or [rune.milliseconds])


def _whole_run(rune: LoadedRune, inputs: Mapping[int, InputSource], end: float) -> None:
    """Runs until all of the rune was done in one run, or the time is over."""
    rune.call(inputs)
    while rune.is_incomplete and time.monotonic() < end:
        rune.call(inputs)


def measurement_of(times: Sequence[float]) -> Measurement:
    """The median and the quartiles of at least one time in milliseconds; of one, all three are that one."""
    if len(times) == 1:
        return Measurement(times[0], 1, times[0], times[0])
    low, middle, high = statistics.quantiles(times, n=4, method="inclusive")
    return Measurement(middle, len(times), low, high)
