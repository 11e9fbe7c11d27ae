"""Chooses the samples that measure a model's ranges, and those by which its forms are judged. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar

from rune.datasets.splits import Split
from rune.datasets.spreading import CALIBRATION_SAMPLES, JUDGING_SAMPLES, in_turns, spread_over_labels

CALIBRATION_SPLITS: Final = (Split.TRAIN, Split.VALIDATION)
"""The splits on which ranges may be measured, the usual one first. The test split only tests."""

T = TypeVar("T")


def calibration_samples(
    of_split: Mapping[Split, Iterable[T]], label_of: Callable[[T], str], calibration: Split
) -> list[tuple[T, bool]]:
    """The samples that are read, each with whether it measures ranges; the others judge. Labels take turns.

    Forms are judged on validation. Where ranges are measured there as well, every second sample of a label measures,
    and the others judge, so that no form is judged by what it was fitted to.
    """
    validation = list(of_split.get(Split.VALIDATION, ()))
    measuring: list[T] = []
    judging: list[T] = []
    if calibration is Split.VALIDATION:
        counts: Counter[str] = Counter()
        for sample in spread_over_labels(validation, label_of, CALIBRATION_SAMPLES + JUDGING_SAMPLES):
            (judging if counts[label_of(sample)] % 2 else measuring).append(sample)
            counts[label_of(sample)] += 1
        measuring, judging = measuring[:CALIBRATION_SAMPLES], judging[:JUDGING_SAMPLES]
    else:
        measuring = spread_over_labels(of_split.get(calibration, ()), label_of, CALIBRATION_SAMPLES)
        judging = spread_over_labels(validation, label_of, JUDGING_SAMPLES)
    return in_turns([[(each, True) for each in measuring], [(each, False) for each in judging]])
