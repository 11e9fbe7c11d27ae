"""Measured inference times, and whether two of them differ by more than noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rune.source.policy.judging import TIME_NOISE

CLOCK_RESOLUTION_MS = 0.0075
"""Milliseconds below which a difference is the clock's."""


@dataclass(frozen=True)
class InferenceTime:
    """Milliseconds of a run: the median and the quartiles of `runs`. Builds of older versions have no quartiles."""

    median: float
    low: float
    high: float
    runs: int
    has_spread: bool


def read_inference_time(measurement: Mapping[str, Any] | None) -> InferenceTime | None:
    """Reads the JSON of `rune.running.runtime.measure.Measurement`; None where nothing was measured."""
    if not measurement:
        return None
    median = measurement["milliseconds"]
    return InferenceTime(
        median,
        measurement.get("low", median),
        measurement.get("high", median),
        measurement["runs"],
        "low" in measurement,
    )


def is_noise(one: InferenceTime, other: InferenceTime) -> bool:
    """Returns whether chance explains the difference: the middle halves overlap, or the medians are as near as
    noise."""
    overlap = one.low <= other.high and other.low <= one.high
    return overlap or abs(one.median - other.median) < max(
        TIME_NOISE * max(one.median, other.median), CLOCK_RESOLUTION_MS
    )


def milliseconds(value: float) -> str:
    """`0.07 ms`, `12 ms`, `1.4 s`."""
    if value >= 1000:
        return f"{value / 1000:.1f} s"
    if value >= 10:
        return f"{value:.0f} ms"
    return f"{value:.2f} ms" if value >= 0.095 else f"{value:.3f} ms"
