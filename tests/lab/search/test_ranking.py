"""Says which trials are the best, which go on, and when a search brings nothing more."""

from __future__ import annotations

from lab.search.ranking import best_trials, dominates, is_worth_going_on, point, without_gain
from lab.search.space import Candidate
from lab.search.trials import Trial, TrialState
from rune.devices.boards.fit import Needs


def trial(number: int, accuracy: float, ram: int, flash: int = 100, state: TrialState = TrialState.TRAINED) -> Trial:
    needs = Needs("cortex-m4", flash, ram, 1000)
    return Trial(number, Candidate({"filters": number}, "int8"), state, needs, (accuracy, 0.0, 1.0))


def test_a_point_dominates_what_is_nowhere_better() -> None:
    assert dominates((1, 2), (1, 3))
    assert not dominates((1, 2), (1, 2))
    assert not dominates((0, 4), (1, 3))


def test_the_best_are_those_that_no_other_beats_in_everything() -> None:
    trials = [
        trial(1, 0.9, 300),
        trial(2, 0.8, 200),
        trial(3, 0.7, 250),  # 2 is better and smaller
        trial(4, 0.9, 300),  # 1 was there before
        trial(5, 0.7, 250, flash=50),
        trial(6, 1.0, 10, state=TrialState.STOPPED),
    ]
    assert [each.number for each in best_trials(trials)] == [1, 2, 5]


def test_the_best_third_goes_on() -> None:
    worst, middle, best = (0.5, 300.0), (0.3, 200.0), (0.1, 100.0)
    assert is_worth_going_on(worst, [], 3)
    assert not is_worth_going_on(worst, [best, middle], 3)
    assert not is_worth_going_on(middle, [worst, best], 3)
    assert is_worth_going_on(middle, [worst, best, worst], 3)
    assert is_worth_going_on(best, [worst, middle, worst], 3)


def test_of_candidates_that_nothing_beats_those_with_the_fewest_mistakes_go_on() -> None:
    front = [(0.1, 500.0), (0.2, 400.0), (0.3, 300.0), (0.4, 200.0), (0.5, 100.0)]
    goes_on = [is_worth_going_on(own, [other for other in front if other != own], 3) for own in front]
    assert goes_on == [True, True, False, False, False]
    # One that is beaten comes behind all of them, whatever its mistakes.
    assert not is_worth_going_on((0.15, 600.0), front, 3)
    assert is_worth_going_on((0.15, 450.0), front, 3)


def test_trials_behind_the_last_gain_are_counted() -> None:
    trials = [
        trial(1, 0.9, 300),
        trial(2, 0.8, 400),
        trial(3, 0.8, 999, state=TrialState.OVER_LIMIT),
        trial(4, 0.7, 500),
    ]
    assert without_gain(trials) == 2
    assert without_gain([*trials, trial(5, 0.95, 300)]) == 0
    assert without_gain([]) == 0


def test_a_point_has_mistakes_and_needs() -> None:
    assert point(0.75, Needs("cortex-m4", 7, 5, 3)) == (0.25, 5, 7, 3)
