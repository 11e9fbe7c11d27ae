"""The changes between two evaluations on the samples that both have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from rune.assessment.evaluation.evaluation import Evaluation
from rune.statistics.intervals import sign_test


@dataclass(frozen=True)
class EvaluationChange:
    """Two evaluations on the samples that both have: names of those that became right, and wrong.

    `chance` is how likely so uneven a change is by chance, 0 to 1.
    """

    common: int
    better: tuple[str, ...]
    worse: tuple[str, ...]
    chance: float

    @property
    def is_significant(self) -> bool:
        """Whether the change is more than chance gives 19 times in 20."""
        return self.chance < 0.05


@dataclass(frozen=True)
class LostTests:
    """The lost tests of an evaluation: labels without remaining samples, and the total number of lost samples."""

    labels: tuple[str, ...]
    samples: int


def lost_tests(before: Evaluation, after: Evaluation) -> LostTests:
    """Returns the tests that were lost since the earlier evaluation. A sample is identified by its name."""
    labels = {each.label for each in after.outcomes}
    missing = {each.name for each in before.outcomes} - {each.name for each in after.outcomes}
    return LostTests(tuple(sorted({each.label for each in before.outcomes} - labels)), len(missing))


def evaluation_change(before: Evaluation, after: Evaluation) -> EvaluationChange:
    """Returns which samples became right or wrong from one to the other. A sample is known by its name."""
    was = {each.name: each.is_right for each in before.outcomes}
    both = [each for each in after.outcomes if each.name in was]
    better = tuple(each.name for each in both if each.is_right and not was[each.name])
    worse = tuple(each.name for each in both if not each.is_right and was[each.name])
    return EvaluationChange(len(both), better, worse, sign_test(len(better), len(worse)))


def answer_moves(before: Evaluation, after: Evaluation) -> Mapping[tuple[str, str | None], int]:
    """Returns how many more samples of a label have an answer than before, by label and answer; fewer are negative,
    none are left out.

    Recordings with marked events have no answer of their own and do not count.
    """
    was = {each.name: each.answer for each in before.outcomes if not each.is_marked}
    moves: Counter[tuple[str, str | None]] = Counter()
    for each in after.outcomes:
        if not each.is_marked and each.name in was:
            moves[each.label, was[each.name]] -= 1
            moves[each.label, each.answer] += 1
    return {place: count for place, count in moves.items() if count}
