"""The scaling of features, and of numbers that are learned. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lab.dataset.dataset import Dataset
from lab.dataset.windows import FeatureWindows
from lab.refusal import Reason, Refused
from rune.datasets.splits import Split

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class DataScaling:
    """The mean and the standard deviation of each feature on the train split, and of what is learned: an answer is
    `centre` and so many times `spread`."""

    means: Sequence[float]
    deviations: Sequence[float]
    centre: float = 0.0
    spread: float = 1.0


@dataclass(frozen=True)
class LearnedNumbers:
    """The numbers to be learned, one for each window, and the answers that need no learning where there are such,
    f64 [n]."""

    numbers: Array
    usual: Array | None

    def scaled(self, scaling: DataScaling) -> Array:
        """Returns the numbers as a network learns them, f32 [n]: 0 is the answer that needs no learning."""
        offsets = scaling.centre if self.usual is None else self.usual
        scaled: Array = ((self.numbers - offsets) / scaling.spread).astype(np.float32)
        return scaled


def scaling_of(features: Array, numbers: Array | None, *, has_usual: bool) -> DataScaling:
    """The scaling of the train split. `features` is `[n, ..., columns]`, `numbers` `[n]` or None. Raises `Refused`
    where there is nothing to learn."""
    flat = features.reshape(-1, features.shape[-1]).astype(np.float64)
    means = flat.mean(axis=0)
    deviations = flat.std(axis=0)
    # A column that never changes tells nothing of how much a change would mean.
    still = deviations <= 1e-6 * np.maximum(np.abs(means), 1e-6)
    deviations = np.where(still, np.maximum(np.abs(means), 1.0), deviations)
    centre, spread = 0.0, 1.0
    if numbers is not None:
        centre = 0.0 if has_usual else float(numbers.mean())
        spread = float(np.sqrt(np.mean((numbers - centre) ** 2)))
        if spread <= 1e-9 * max(abs(centre), 1e-9):
            what = "never changes" if has_usual else f"is {centre:g} in all rows of the train split"
            raise Refused(Reason.DATA, f"What is to be learned {what}, so there is nothing to learn.")
    return DataScaling(means.tolist(), deviations.tolist(), centre, spread)


def measured_scaling(dataset: Dataset, windows: FeatureWindows, numbers: LearnedNumbers | None) -> DataScaling:
    """The scaling of the train split. Raises `Refused` where there is nothing to learn."""
    is_learned = np.array([split is Split.TRAIN for split in dataset.splits])[windows.recordings]
    own = None
    if numbers is not None:
        own = (numbers.numbers if numbers.usual is None else numbers.numbers - numbers.usual)[is_learned]
    has_usual = numbers is not None and numbers.usual is not None
    return scaling_of(windows.inputs[is_learned], own, has_usual=has_usual)
