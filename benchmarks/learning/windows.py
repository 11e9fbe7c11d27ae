"""Labelled windows with their splits, as arrays and as a folder that a recipe learns from: the same for everybody."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from benchmarks.figure import ROOT

SPLITS = ("train", "validation", "test")
HOP = 25
_VALIDATION, _TEST = (7,), (8, 9, 10)
"""People, by whose recordings the best epoch is chosen, and who are only for the test."""


@dataclass(frozen=True)
class LabelledWindows:
    """`inputs` f32 [n, ...], `labels` i64 [n] as places in `names`, `splits` i64 [n] as places in `SPLITS`. `header` is
    the first line of their files, "" for motion."""

    inputs: NDArray[np.float32]
    labels: NDArray[np.int64]
    splits: NDArray[np.int64]
    names: Sequence[str]
    header: str = ""

    def write(self, folder: Path) -> Path:
        """Writes each window as a recording of its own, into a folder for each split and label."""
        for number, (window, label, split) in enumerate(zip(self.inputs, self.labels, self.splits, strict=True)):
            path = folder / SPLITS[split] / self.names[label] / f"{number:05}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            lines = [",".join(f"{value:.5g}" for value in row) for row in np.atleast_2d(window)]
            path.write_text("\n".join([self.header, *lines] if self.header else lines) + "\n")
        return folder

    def counts(self) -> Sequence[int]:
        """How many windows each split has."""
        return [int((self.splits == place).sum()) for place in range(len(SPLITS))]


def digits() -> LabelledWindows:
    """The 1,797 handwritten digits of scikit-learn, each a row of 64 numbers, divided by chance."""
    loaded: Any = load_digits()
    count = len(loaded.target)
    splits = np.digitize(np.random.default_rng(5).permutation(count), [round(0.7 * count), round(0.85 * count)])
    header = ",".join(f"p{place}" for place in range(64))
    inputs = loaded.data.astype(np.float32)
    return LabelledWindows(inputs, loaded.target.astype(np.int64), splits, [str(digit) for digit in range(10)], header)


def exercises(cache: Path) -> LabelledWindows:
    """Three seconds of the exercises of the template `motion`, in g: 10 people, of whom three are for the test."""
    sys.path.append(str(ROOT / "examples" / "motion"))
    from recordings import EXERCISES, LENGTH, plain_window, recordings  # type: ignore[import-not-found]

    inputs, labels, splits = [], [], []
    for each in recordings(cache):
        for start in range(0, len(each.rows) - LENGTH + 1, HOP):
            inputs.append(plain_window(each, start))
            labels.append(each.label)
            splits.append(2 if each.person in _TEST else 1 if each.person in _VALIDATION else 0)
    return LabelledWindows(np.stack(inputs), np.array(labels), np.array(splits), EXERCISES)
