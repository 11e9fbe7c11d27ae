"""The threshold of an alarm: from the scores of normal windows that were not learned. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rune.wording import counted

Array = np.ndarray[Any, Any]
_HYSTERESIS = 0.25
"""The share of the way from the threshold back to the middle of normal scores, below which an alarm ends."""
_LEAST_DISTANCE = 1e-6
"""The least threshold of scores from 0 on: those of normal windows that are all the same are 0, and none is below."""
_LEAST_SHARE, _MOST_SHARE = 0.5, 0.98
_ENDS_AT = 0.6
"""The share of the share at which a word is heard, below which it is over."""


@dataclass(frozen=True)
class Threshold:
    """The mean scores at which an alarm begins and ends, from so many normal windows."""

    on: float
    off: float
    windows: int


COUNTED_THRESHOLD = Threshold(1.7, 1.3, 0)
"""The threshold of an alarm before anything is learned."""


def threshold_of(recordings: Sequence[Array], values: Mapping[str, float]) -> Threshold:
    """Returns where an alarm begins and ends, from the scores of the windows of each normal recording, f64 `[windows]`.

    The rune takes a mean of some windows, so the means of each recording are compared.
    """
    means = np.concatenate([_moving_mean(scores, int(values["mean-of"])) for scores in recordings])
    middle = float(np.median(means))
    on = float(np.quantile(means, 1 - values["false-alarms"], method="higher"))
    on += values.get("margin", 0.0) * (on - middle)
    # Just above the highest of those that are to be normal: the alarm goes on at `on` itself.
    on = float(np.nextafter(np.float32(on), np.float32(np.inf))) + 1e-6 * abs(on)
    if means.min() >= 0:
        on = max(on, _LEAST_DISTANCE)
    return Threshold(on, on - _HYSTERESIS * (on - middle), len(means))


def word_threshold(threshold: Threshold) -> Threshold:
    """The threshold of a word's share: at least a half, and below 1, whatever the windows without the word gave."""
    on = min(max(threshold.on, _LEAST_SHARE), _MOST_SHARE)
    return Threshold(on, _ENDS_AT * on, threshold.windows)


def generated_sounds_note(confusion: Sequence[Sequence[int]]) -> str:
    """A sentence about the sounds that were made for the validation split, whose rows are others and the word."""
    (right, wrong), (misses, hits) = confusion
    return (
        f"Of sounds that were made of the validation split, {hits} of {hits + misses} with the word were heard, and "
        f"{wrong} of {wrong + right} without it were taken for it."
    )


NORMAL_WINDOWS = "normal window", "normal windows"


def few_windows_note(
    windows: int, values: Mapping[str, float], kind: tuple[str, str] = NORMAL_WINDOWS
) -> Sequence[str]:
    """A sentence where there are too few windows for the share of false alarms; `kind` is what one and several are."""
    share = values["false-alarms"]
    if windows * share >= 1:
        return ()
    need = f"it needs {math.ceil(1 / share)}: record more" if share else "no number of them is enough"
    return (
        f"The threshold comes from the highest score of {counted(windows, *kind)} that were not learned. For a "
        f"share of {share:g} of false alarms {need}.",
    )


def _moving_mean(scores: Array, length: int) -> Array:
    """The mean of each score and those before it, of as many as the block `moving_average` has at that moment."""
    sums = np.concatenate([[0.0], np.cumsum(scores)])
    ends = np.arange(1, len(sums))
    starts = np.maximum(ends - length, 0)
    means: Array = (sums[ends] - sums[starts]) / (ends - starts)
    return means
