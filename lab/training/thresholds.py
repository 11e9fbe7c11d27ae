"""The threshold of an alarm: from the scores of normal windows that were not learned. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from lab.recipes.alarm import Threshold
from lab.recipes.arguments import Values
from rune.wording import counted

Array = np.ndarray[Any, Any]
_HYSTERESIS = 0.25
"""Of the way from the threshold back to the middle of normal scores, below which an alarm ends."""


def threshold_of(recordings: Sequence[Array], values: Values) -> Threshold:
    """Where an alarm begins and ends, from the scores of the windows of each normal recording, f64 `[windows]`.

    The rune takes a mean of some windows, so the means of each recording are compared.
    """
    means = np.concatenate([_moving_mean(scores, int(values["mean-of"])) for scores in recordings])
    on = float(np.quantile(means, 1 - values["false-alarms"], method="higher"))
    # Just above the highest of those that are to be normal: the alarm goes on at `on` itself.
    on = float(np.nextafter(np.float32(on), np.float32(np.inf))) + 1e-6 * abs(on)
    middle = float(np.median(means))
    return Threshold(on, on - _HYSTERESIS * max(on - middle, 1e-6), len(means))


def few_windows_note(windows: int, values: Values) -> Sequence[str]:
    """A sentence where there are too few normal windows for the share of false alarms."""
    share = values["false-alarms"]
    if windows * share >= 1:
        return ()
    needed = f"it needs {math.ceil(1 / share)}: record more" if share else "no number of them is enough"
    return (
        f"The threshold is the highest score of {counted(windows, 'normal window')} that were not learned. For a "
        f"share of {share:g} of false alarms {needed}.",
    )


def _moving_mean(scores: Array, length: int) -> Array:
    """The mean of each score and those before it, of as many as the block `moving_average` has at that moment."""
    sums = np.concatenate([[0.0], np.cumsum(scores)])
    ends = np.arange(1, len(sums))
    starts = np.maximum(ends - length, 0)
    means: Array = (sums[ends] - sums[starts]) / (ends - starts)
    return means
