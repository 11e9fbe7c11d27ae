"""Accuracy, precision, recall and the confusion matrix, from pairs of a right label and an answer.

Definitions: C. J. van Rijsbergen, "Information Retrieval" (1979), chapter 7; for several classes, of each label against
all others, as in M. Sokolova and G. Lapalme, "A systematic analysis of performance measures", Inf. Process. Manage. 45
(2009).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rune.statistics.intervals import Share, wilson


@dataclass(frozen=True)
class LabelFigures:
    """One label: `recall` of its own samples, `precision` of the answers that named it.

    A share of nothing is None: a label that no sample has, or that was never the answer.
    """

    label: str
    samples: int
    answers: int
    right: int
    precision: Share | None
    """right / answers: how many of these answers are true."""
    recall: Share | None
    """right / samples: how many of these samples are found. It is the accuracy of this label."""

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall: 2 * right / (samples + answers)."""
        return 2 * self.right / (self.samples + self.answers) if self.samples + self.answers else None


@dataclass(frozen=True)
class Confusion:
    """`counts[i][j]` samples of the label `labels[i]` had the answer `answers[j]`; None is no answer at all."""

    labels: tuple[str, ...]
    answers: tuple[str | None, ...]
    counts: tuple[tuple[int, ...], ...]


def accuracy(pairs: Sequence[tuple[str, str | None]]) -> Share | None:
    """The share of correct answers; None of no samples. `pairs` are a label and an answer each."""
    return wilson(sum(label == answer for label, answer in pairs), len(pairs)) if pairs else None


def label_figures(pairs: Sequence[tuple[str, str | None]], rune_labels: Sequence[str]) -> tuple[LabelFigures, ...]:
    """The figures of each label of a sample or an answer: those of the rune first, in its order, then the others."""
    samples = Counter(label for label, _ in pairs)
    answers = Counter(answer for _, answer in pairs if answer is not None)
    right = Counter(label for label, answer in pairs if label == answer)
    return tuple(
        LabelFigures(
            label,
            samples[label],
            answers[label],
            right[label],
            wilson(right[label], answers[label]) if answers[label] else None,
            wilson(right[label], samples[label]) if samples[label] else None,
        )
        for label in in_order({*samples, *answers}, rune_labels)
    )


def confusion(pairs: Sequence[tuple[str, str | None]], rune_labels: Sequence[str]) -> Confusion:
    """The confusion matrix."""
    counts = Counter(pairs)
    labels = in_order({label for label, _ in pairs}, rune_labels)
    answers: tuple[str | None, ...] = in_order(
        {*labels, *(answer for _, answer in pairs if answer is not None)}, rune_labels
    )
    if any(answer is None for _, answer in pairs):
        answers = (*answers, None)
    return Confusion(labels, answers, tuple(tuple(counts[label, answer] for answer in answers) for label in labels))


def in_order(labels: set[str], rune_labels: Sequence[str]) -> tuple[str, ...]:
    """Labels as the rune lists them, then those that it does not know, by name."""
    first = [label for label in dict.fromkeys(rune_labels) if label in labels]
    return (*first, *sorted(labels - set(first)))
