"""The trials that no other dominates: nowhere worse and better somewhere in accuracy, and in RAM, flash and
instructions on the first board. Pure functions, of the rows; `lab.search.ranking` decides by the same rule which trials
go on."""

from __future__ import annotations

from collections.abc import Sequence

from forge.learning.searches.models import SearchTrial, SearchTrialState

Point = tuple[float, ...]


def best_trials(trials: Sequence[SearchTrial]) -> list[SearchTrial]:
    """The best ones, the most accurate first. Of equal ones, the earliest."""
    first: dict[Point, SearchTrial] = {}
    for each in trials:
        if each.state == SearchTrialState.TRAINED and each.accuracy and each.needs:
            first.setdefault(_point(each), each)
    best = [own for own in first if not any(_dominates(other, own) for other in first)]
    return [first[own] for own in sorted(best)]


def best_numbers(trials: Sequence[SearchTrial]) -> list[int]:
    """Returns the numbers of the best trials."""
    return [each.number for each in best_trials(trials)]


def _point(trial: SearchTrial) -> Point:
    assert trial.accuracy is not None  # noqa: S101 (the caller looked)
    assert trial.needs is not None  # noqa: S101 (the caller looked)
    needs = trial.needs
    return (1 - trial.accuracy[0], needs["ram"], needs["flash"], needs["instructions"] or 0)


def _dominates(one: Point, other: Point) -> bool:
    return one != other and all(left <= right for left, right in zip(one, other, strict=True))
