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
LENGTH = 150
"""Rows of three seconds."""
TEST_PEOPLE = (8, 9, 10)
"""The people who are only in the test split, as in the template."""
VALIDATION_PEOPLE = (7,)
"""People by whose recordings the best epoch is chosen."""


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
            write_series(folder / SPLITS[split] / self.names[label] / f"{number:05}.csv", window, self.header)
        return folder

    def counts(self) -> Sequence[int]:
        """Returns how many windows each split has."""
        return [int((self.splits == place).sum()) for place in range(len(SPLITS))]


def digits() -> LabelledWindows:
    """The 1,797 handwritten digits of scikit-learn, each a row of 64 numbers, divided by chance."""
    data: Any = load_digits()
    count = len(data.target)
    splits = np.digitize(np.random.default_rng(5).permutation(count), [round(0.7 * count), round(0.85 * count)])
    header = ",".join(f"p{place}" for place in range(64))
    inputs = data.data.astype(np.float32)
    return LabelledWindows(inputs, data.target.astype(np.int64), splits, [str(digit) for digit in range(10)], header)


def exercises(cache: Path) -> LabelledWindows:
    """Three seconds of the exercises of the template `motion`, in g: 10 people, of whom three are for the test."""
    inputs, labels, splits = [], [], []
    recordings, names = exercise_recordings(cache)
    for each in recordings:
        own = windows_of(each.rows)
        inputs += own
        labels += [each.label] * len(own)
        splits += [2 if each.person in TEST_PEOPLE else 1 if each.person in VALIDATION_PEOPLE else 0] * len(own)
    return LabelledWindows(np.stack(inputs), np.array(labels), np.array(splits), names)


def exercise_recordings(cache: Path) -> tuple[Sequence[Any], Sequence[str]]:
    """The recordings of the template `motion`, of a person and a label each, and the names of the labels."""
    sys.path.append(str(ROOT / "examples" / "motion"))
    from recordings import EXERCISES, recordings  # type: ignore[import-not-found]

    return recordings(cache), EXERCISES


def windows_of(rows: NDArray[np.float32], hop: int = HOP) -> list[NDArray[np.float32]]:
    """Three seconds of a recording, anew each half second or each `hop` rows."""
    return [rows[start : start + LENGTH] for start in range(0, len(rows) - LENGTH + 1, hop)]


def write_series(path: Path, rows: NDArray[np.float32], header: str = "") -> None:
    """Writes a recording as a CSV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [",".join(f"{value:.5g}" for value in row) for row in np.atleast_2d(rows)]
    path.write_text("\n".join([header, *lines] if header else lines) + "\n")
