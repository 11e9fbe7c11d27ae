"""How long a run of a rune takes: the median of several, on generated input."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, replace

from rune.runtime.engine import Runtime
from rune.runtime.generated import generated_inputs
from rune.runtime.limits import Limits


@dataclass(frozen=True)
class Measurement:
    """Milliseconds a run, the median of `runs`."""

    milliseconds: float
    runs: int


def measure(data: bytes, *, runs: int = 20, seconds: float = 2.0, limits: Limits | None = None) -> Measurement:
    """Runs a rune up to `runs` times, and begins no run after `seconds`. Raises `RuneError`.

    The first run warms up and counts only when there is time for no other. Instructions are not counted, since counting
    costs time; each run is bounded by the limits' clock.
    """
    rune = Runtime.load(data, replace(limits or Limits(), fuel=None))
    inputs = generated_inputs(rune.capabilities)
    deadline = time.monotonic() + seconds
    rune.call(inputs)
    times: list[float] = []
    while len(times) < runs and time.monotonic() < deadline:
        rune.call(inputs)
        times.append(rune.milliseconds)
    return Measurement(statistics.median(times or [rune.milliseconds]), max(len(times), 1))
