"""An estimate of the accuracy in the field, where nothing has labels, from how confident the answers are. Pure.

S. Garg, S. Balakrishnan, Z. Lipton, B. Neyshabur and H. Sedghi, "Leveraging unlabeled data to predict
out-of-distribution performance", ICLR 2022: average thresholded confidence (ATC). A confidence is found above which as
large a part of the labelled answers lies as is right; the accuracy elsewhere is the part above it there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from rune.statistics.binned import shares_of
from rune.statistics.distributions import student_quantile
from rune.statistics.not_judged import MIN_DEVICES, MIN_WINDOWS, NotJudged, TooFew

Array = np.ndarray[Any, np.dtype[np.float64]]

ASSUMPTION: Final = (
    "Assumes that as many answers are above one confidence as are right, in the field as in the test samples. The "
    "estimate falls where the model notices that its task became harder, often by more than the accuracy does. A model "
    "that is sure of what it never learned looks better than it is."
)


@dataclass(frozen=True)
class AccuracyEstimate:
    """An accuracy without labels, 0 to 1, with its 95 % interval: of the devices, and of the test samples by which the
    threshold was found. The interval has nothing of the assumption's error: of simulated answers whose confidence is
    their probability of being right, harder ones with an accuracy of 67 % are estimated at 58 %. `reference` is the
    accuracy on the test samples, and `threshold` the place of the threshold among the bins: 3.25 is a quarter of the
    fourth bin."""

    value: float
    low: float
    high: float
    reference: float
    threshold: float
    devices: int
    assumption: str = ASSUMPTION


def accuracy_without_labels(reference: Array, right: int, field: Array) -> AccuracyEstimate | NotJudged:
    """Returns the estimate from the confidence bins of test samples, [bins], of whose answers `right` are right, and of
    devices, [devices, bins]; the bins rise. Devices with fewer than 300 windows are left out.

    Each device has the same weight. The interval adds the variance between devices to that of the threshold: of the
    accuracy of the samples and of their confidences, as if these were independent, which is at least their variance.
    Raises `ValueError` where bins differ, or more are right than there are.
    """
    tests, counts = np.asarray(reference, np.float64), np.asarray(field, np.float64)
    samples = float(tests.sum())
    if counts.ndim != 2 or tests.shape != counts.shape[1:] or not 0 <= right <= samples:
        raise ValueError("The field has the bins of the reference, and at most all samples are right.")
    if samples < MIN_WINDOWS:
        return NotJudged(TooFew.REFERENCE_WINDOWS, samples, MIN_WINDOWS)
    counts = counts[counts.sum(axis=1) >= MIN_WINDOWS]
    if len(counts) < MIN_DEVICES:
        return NotJudged(TooFew.DEVICES, len(counts), MIN_DEVICES)
    accuracy = right / samples
    place, part = _threshold(tests, 1 - accuracy)
    shares = shares_of(counts)
    values = np.clip(1 - (shares[:, :place].sum(axis=1) + part * shares[:, place]), 0, 1)
    between = float(values.var(ddof=1)) / len(values)
    # How far the estimate moves if the threshold's share of the samples moves: the ratio of the densities there.
    own_share = float(shares_of(tests)[place])
    slope = float(shares[:, place].mean()) / own_share if own_share else 0.0
    of_tests = slope**2 * 2 * accuracy * (1 - accuracy) / samples
    value = float(values.mean())
    half = student_quantile(0.025, len(values) - 1) * math.sqrt(between + of_tests)
    low, high = max(0.0, value - half), min(1.0, value + half)
    return AccuracyEstimate(value, low, high, accuracy, place + part, len(values))


def _threshold(counts: Array, share: float) -> tuple[int, float]:
    """Returns the bin in which `share` of counts lies below, and the part of that bin, 0 to 1, by linear
    interpolation."""
    sums = counts.cumsum()
    below = share * float(sums[-1])
    place = min(int(np.searchsorted(sums, below - 1e-9)), len(counts) - 1)
    before = float(sums[place - 1]) if place else 0.0
    return place, min(max((below - before) / max(float(counts[place]), 1e-12), 0.0), 1.0)
