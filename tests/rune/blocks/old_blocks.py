"""The old blocks once more, in NumPy and plain Python: what their golden vectors are compared with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def audio_float_conversion(samples: NDArray[np.int16]) -> Floats:
    shares: Floats = samples.astype(np.float32) / np.float32(32767)
    return np.maximum(shares, np.float32(-1))


def binary_classification(scores: Floats, threshold: float) -> int:
    """A list of scores against a list of one, as lists compare."""
    return int(scores.tolist() > [float(np.float32(threshold))])


def segment_output(scores: Floats) -> tuple[NDArray[np.int64], list[int]]:
    """The class of each pixel, and those that were seen."""
    _, rows, columns, _ = scores.shape
    best = np.where(np.nan_to_num(scores, nan=-np.inf).max(axis=3) > 0, np.nan_to_num(scores, nan=-1).argmax(axis=3), 0)
    return best.reshape(rows, columns), sorted(set(best.ravel().tolist()))


def object_filter(rows: Floats, threshold: float) -> list[list[float]]:
    """The published search, which begins anew after each object that it drops."""
    objects = []
    for row in rows:
        if row[4] > np.float32(threshold):
            best = 0
            for index, score in enumerate(row[5:]):
                best = best if row[5 + best] > score else index
            objects.append([*row[:4], row[5 + best], np.float32(best)])
    while (pair := _first_pair(objects)) is not None:
        first, second = pair
        del objects[second if objects[first][4] > objects[second][4] else first]
    return [[float(number) for number in each] for each in objects]


def _first_pair(objects: Sequence[Sequence[np.float32]]) -> tuple[int, int] | None:
    near = np.float32(0.01)
    for first, left in enumerate(objects):
        for second in range(first + 1, len(objects)):
            right = objects[second]
            if abs(left[0] - right[0]) <= near and abs(left[1] - right[1]) <= near:
                return first, second
    return None


def parse_floats(text: str) -> list[float]:
    """The numbers of a text, as Python reads them."""
    return [float(word) for word in text.split("\0")[0].split()]


def text_extractor(words: str, start: int, end: int) -> str:
    text = ""
    for word in words.splitlines()[start : end + 1]:
        text += word.removeprefix("##") if word.startswith("##") else f" {word}" if text else word
    return text


def padded(elements: NDArray[np.generic], capacity: tuple[int, ...], value: float) -> NDArray[np.generic]:
    whole = np.full(capacity, value, elements.dtype)
    whole[tuple(slice(size) for size in elements.shape)] = elements
    return whole
