"""From a stream of sound to called words, as the rune does it: 4 windows a second, the mean of 3, on and off apart."""

from __future__ import annotations

import numpy as np
from features import WINDOW, Features
from numpy.typing import NDArray
from words import KEYWORDS

RATE = 16_000
STEP = RATE // 4
MEAN_OF = 3
ON, OFF = 0.6, 0.4

Sound = NDArray[np.int16]


def stream(front_end: Features, sound: Sound) -> NDArray[np.int8]:
    """The features of the windows of a long sound."""
    starts = range(0, len(sound) - WINDOW + 1, STEP)
    return np.stack([front_end.of(sound[start : start + WINDOW]) for start in starts])


def calls(scores: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Where in a stream of windows a word is called: (number of the window, label)."""
    words = scores[:, : len(KEYWORDS)].astype(np.float64)
    sums = np.cumsum(np.concatenate([np.zeros((1, words.shape[1])), words]), axis=0)
    means = (sums[MEAN_OF:] - sums[:-MEAN_OF]) / MEAN_OF
    detections: list[tuple[int, int]] = []
    for label in range(means.shape[1]):
        is_on = False
        for number in np.flatnonzero((means[:, label] >= ON) | (means[:, label] < OFF)):
            was_on, is_on = is_on, bool(means[number, label] >= ON)
            if is_on and not was_on:
                detections.append((int(number) + MEAN_OF - 1, label))
    return sorted(detections)


def a_minute(scores: NDArray[np.float32]) -> float:
    """How many words are called in a minute."""
    return len(calls(scores)) / (len(scores) * STEP / RATE / 60)


def end_of(number: int) -> float:
    """When a window ends, in seconds."""
    return (number * STEP + WINDOW) / RATE
