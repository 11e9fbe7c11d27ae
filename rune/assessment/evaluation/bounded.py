"""Reduces what a rune answered on samples to bounded figures, so that people may see them who may not play the samples.

A rune is a program of its author. Its answer may be the whole recording, written in letters.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from rune.assessment.evaluation.evaluation import Evaluation, SampleOutcome
from rune.assessment.evaluation.labelled import same_label
from rune.assessment.evaluation.reasons import as_fixed_reason

DIGITS = 2
"""Decimals of a score and of a margin."""
_NAMES_OF_OTHERS = ("other", "another label")


@dataclass(frozen=True)
class AnswerBounds:
    """The labels that an answer may be: those of the data, which the author of the rune does not choose.

    `labels` have the spelling in which answers are written.
    """

    labels: tuple[str, ...]

    @staticmethod
    def of(labels: Iterable[str]) -> AnswerBounds:
        """Bounds by the labels of samples; of several spellings of a label, the first in the alphabet counts."""
        return AnswerBounds(tuple({same_label(label): label for label in sorted(labels, reverse=True)}.values()))

    @cached_property
    def other(self) -> str:
        """The answer in place of one that is no label of the data. It is no label of the data itself."""
        return next((name for name in _NAMES_OF_OTHERS if name not in self._spelling), "no label of the data")

    @cached_property
    def _spelling(self) -> Mapping[str, str]:
        return {same_label(label): label for label in self.labels}

    def answer(self, label: str) -> str:
        """Returns the label of the data that an answer is, or `other`."""
        return self._spelling.get(same_label(label), self.other)

    def scores(self, scores: Mapping[str, float], most: int) -> Mapping[str, float]:
        """Returns the highest scores of labels of the data, from 0 to 1, with two decimals."""
        own = {self._spelling[key]: score for label, score in scores.items() if (key := same_label(label)) in self}
        highest = sorted(own.items(), key=lambda each: (-each[1], each[0]))[:most]
        return {label: round(min(1.0, max(0.0, score)), DIGITS) for label, score in highest}

    def __contains__(self, key: str) -> bool:
        return key in self._spelling


def bounded(evaluation: Evaluation, labels: Collection[str]) -> Evaluation:
    """Returns an evaluation with answers that are labels of the data or "other", margins of two decimals, and reasons
    of the fixed list. `labels` are those of the version of the data. Whether an answer is right stays as it is."""
    # Outcomes have labels in the spelling of the rune, where it knows them.
    spelling = {same_label(label): label for label in (*labels, *(each.label for each in evaluation.outcomes)) if label}
    bounds = AnswerBounds.of(spelling.values())
    return replace(
        evaluation,
        outcomes=tuple(_bounded_outcome(each, bounds) for each in evaluation.outcomes),
        unread=tuple(replace(each, reason=as_fixed_reason(each.reason)) for each in evaluation.unread),
    )


def _bounded_outcome(outcome: SampleOutcome, bounds: AnswerBounds) -> SampleOutcome:
    return replace(
        outcome,
        answer=None if outcome.answer is None else bounds.answer(outcome.answer),
        margin=None if outcome.margin is None else round(outcome.margin, DIGITS),
        failure=None if outcome.failure is None else as_fixed_reason(outcome.failure),
    )
