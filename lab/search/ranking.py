"""Says which trials are the best: none of the others is at least as good in everything and better in something.

Pure functions. A point is a tuple of numbers of which less is better.
"""

from __future__ import annotations

from collections.abc import Sequence

from lab.search.devices import SearchDevices
from lab.search.trials import Trial, TrialState
from rune.devices.boards.fit import Needs

Point = tuple[float, ...]


def point(accuracy: float, needs: Needs) -> Point:
    """Returns the objectives of a trial: mistakes, and RAM, flash, and instructions where they were counted, on the
    first device of its search."""
    return (1 - accuracy, needs.ram, needs.flash, needs.instructions or 0)


def compared_point(accuracy: float, needs: Needs, devices: SearchDevices) -> Point:
    """Returns the objectives by which a search decides what to try, and what goes on: mistakes, and all needs on the
    first device where none has a limit."""
    return (1 - accuracy, *devices.compared_needs(needs))


def dominates(one: Point, other: Point) -> bool:
    """Returns whether `one` is nowhere worse than `other`, and better somewhere."""
    return one != other and all(left <= right for left, right in zip(one, other, strict=True))


def best_trials(trials: Sequence[Trial]) -> list[Trial]:
    """The trained trials that no other dominates, with the most accurate first. Of equal ones, the earliest."""
    first: dict[Point, Trial] = {}
    for each in trials:
        if each.state is TrialState.TRAINED and each.accuracy is not None and each.needs is not None:
            first.setdefault(point(each.accuracy[0], each.needs), each)
    best = [own for own in first if not any(dominates(other, own) for other in first)]
    return [first[own] for own in sorted(best)]


def is_worth_going_on(own: Point, others: Sequence[Point], share: int) -> bool:
    """Returns whether a candidate is in the best `1 / share` of those that came as far: those that fewer of them
    dominate are better, and of these the ones with fewer mistakes.
    """
    points = [own, *others]

    def place(one: Point) -> tuple[int, float]:
        return sum(dominates(other, one) for other in points), one[0]

    better = sum(place(other) < place(own) for other in others)
    return better < -(-len(points) // share)


def without_gain(trials: Sequence[Trial]) -> int:
    """Returns how many trained or stopped trials there are behind the last one that joined the best."""
    learned_trials = [each for each in trials if each.state in (TrialState.TRAINED, TrialState.STOPPED)]
    best = {each.number for each in best_trials(trials)}
    for count, each in enumerate(reversed(learned_trials)):
        if each.number in best:
            return count
    return len(learned_trials)
