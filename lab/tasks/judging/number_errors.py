"""Measures how far a rune's numbers are off, beside answers that need no learning: mean errors with 95 % intervals.
Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np

from rune.statistics.bootstrap import percentile_interval, resampled_sums

Array = np.ndarray[Any, Any]

MIN_PARTS = 10
"""Parts that are drawn from anew. Rows of one recording resemble each other, so recordings are drawn and not rows; of
few recordings, stretches of them."""
_DIGITS = 6


class RangeJson(TypedDict):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


class NumberErrorJson(TypedDict):
    """Errors of a split, in the unit of the data. `gain` is the share of the baseline's error that is gone: 0 where the
    rune is no better, below 0 where it is worse."""

    windows: int
    error: RangeJson
    baseline: RangeJson
    baseline_name: str
    gain: RangeJson | None
    largest: float


@dataclass(frozen=True)
class RecordingErrors:
    """Absolute errors of the windows of one recording: the rune's, and the baseline's."""

    rune: Array
    baseline: Array


def number_error(recordings: Sequence[RecordingErrors], baseline: str) -> NumberErrorJson | None:
    """The mean absolute errors by a bootstrap over recordings, the same each time; None of nothing. The rune and the
    baseline are drawn together."""
    recordings = [each for each in recordings if len(each.rune)]
    if not recordings:
        return None
    stretches = -(-MIN_PARTS // len(recordings)) if len(recordings) < MIN_PARTS else 1
    parts = [
        part
        for each in recordings
        for part in zip(
            *(np.array_split(own, min(stretches, len(own))) for own in (each.rune, each.baseline)), strict=True
        )
    ]
    sums = np.array([[rune.sum(), baseline.sum(), len(rune)] for rune, baseline in parts])
    totals, all_parts = resampled_sums(sums), sums.sum(axis=0)
    means, whole = totals[:, :2] / totals[:, 2:], all_parts[:2] / all_parts[2]
    return {
        "windows": int(all_parts[2]),
        "error": range_of(float(whole[0]), means[:, 0]),
        "baseline": range_of(float(whole[1]), means[:, 1]),
        "baseline_name": baseline,
        "gain": range_of(1 - float(whole[0] / whole[1]), 1 - means[:, 0] / means[:, 1])
        if (means[:, 1] > 0).all()
        else None,
        "largest": _rounded(max(float(each.rune.max()) for each in recordings)),
    }


def range_of(value: float, draws: Array) -> RangeJson:
    """A figure with its 95 % interval, from figures of parts that were drawn anew."""
    low, high = percentile_interval(draws)
    return {"value": _rounded(value), "low": _rounded(low), "high": _rounded(high)}


def _rounded(value: float) -> float:
    """Rounds a number to six digits, as errors are of any size."""
    return float(f"{value:.{_DIGITS}g}")
