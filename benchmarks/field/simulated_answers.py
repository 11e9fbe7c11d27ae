"""Simulated answers of a classifier with their true labels: of test samples, and of fields that differ from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np

Array = np.ndarray[Any, Any]

LABELS: Final = 4
DEVICES: Final = 100
ANSWERS: Final = 350
"""Answers of a device."""
SAMPLES: Final = 5_000
"""Test samples."""
_DISTANCE: Final = 1.4
"""Standard deviations between the middle of all labels and that of one."""
_OWN: Final = 0.15
"""The standard deviation of where a device has its windows."""
_SURENESS: Final = 1.5
"""The factor of the scores before softmax: networks are surer than they are right."""
_CENTRES: Final = _DISTANCE * np.eye(LABELS)
NONE: Final = -1
"""The label of a window for which no answer is right."""


@dataclass(frozen=True)
class SimulatedAnswers:
    """The scores of answers, [answers, labels], which add up to 1, and the true labels, [answers]."""

    scores: Array
    labels: Array

    @property
    def confidence(self) -> Array:
        """The score of each answer."""
        return np.asarray(self.scores.max(axis=1))

    @property
    def right(self) -> int:
        """How many answers are right."""
        return int((self.scores.argmax(axis=1) == self.labels).sum())

    @property
    def accuracy(self) -> float:
        """The part of the answers that is right, 0 to 1."""
        return self.right / len(self.labels)


@dataclass(frozen=True)
class FieldDifference:
    """The way in which a field differs from the test samples. `hard` is how many more of the windows between two labels
    there are, `noise` the standard deviation of what a sensor adds, `shares` those of the labels, `strange` the part of
    the windows that are nothing of what was learned, `gain` what remains of a window's numbers."""

    hard: float = 0.0
    noise: float = 0.0
    shares: tuple[float, ...] = (1 / LABELS,) * LABELS
    strange: float = 0.0
    gain: float = 1.0


DIFFERENCES: Final[Mapping[str, FieldDifference]] = MappingProxyType(
    {
        "none": FieldDifference(),
        "more windows between two labels": FieldDifference(hard=2.0),
        "another mix of labels": FieldDifference(shares=(0.7, 0.1, 0.1, 0.1)),
        "a sensor that adds noise": FieldDifference(noise=0.8),
        "a sensor that dies, at half its gain": FieldDifference(gain=0.5),
        "a new noise in a tenth of the windows": FieldDifference(strange=0.1),
    }
)


def sample_answers(random: np.random.Generator) -> SimulatedAnswers:
    """Returns the answers on test samples."""
    return _answers(random, SAMPLES, FieldDifference(), np.zeros(LABELS))


def field_answers(random: np.random.Generator, difference: FieldDifference) -> tuple[SimulatedAnswers, ...]:
    """Returns the answers of each device."""
    return tuple(_answers(random, ANSWERS, difference, random.normal(0, _OWN, LABELS)) for _ in range(DEVICES))


def _answers(random: np.random.Generator, count: int, difference: FieldDifference, own: Array) -> SimulatedAnswers:
    labels = random.choice(LABELS, 8 * count, p=difference.shares)
    windows = _CENTRES[labels] + random.standard_normal((len(labels), LABELS)) + own
    # Whether a window is kept follows from it alone, so that what it stands for is as likely as before.
    keep = np.exp(-difference.hard * (_scores(windows, 1.0).max(axis=1) - 1 / LABELS))
    places = np.flatnonzero(random.random(len(labels)) < keep)[:count]
    labels, windows = labels[places], windows[places]
    is_strange = random.random(len(labels)) < difference.strange
    windows[is_strange] = 2.5 * np.abs(random.standard_normal((int(is_strange.sum()), LABELS)))
    windows = difference.gain * (windows + difference.noise * random.standard_normal(windows.shape))
    return SimulatedAnswers(_scores(windows, _SURENESS), np.where(is_strange, NONE, labels))


def _scores(windows: Array, sureness: float) -> Array:
    """Returns the probability of each label if the test samples' are meant, made surer by a factor."""
    values = np.exp(sureness * _DISTANCE * (windows - windows.max(axis=1, keepdims=True)))
    return np.asarray(values / values.sum(axis=1, keepdims=True))
