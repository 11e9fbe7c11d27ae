"""Which trials are the best, which go on, and when a search brings nothing more."""

from __future__ import annotations

from dataclasses import replace

from lab.search.limits import DeviceLimits, TimeLimit
from lab.search.ranking import best_trials, compared_point, dominates, is_worth_going_on, point, without_gain
from lab.search.space import Candidate
from lab.search.trials import Trial, TrialState
from rune.devices.boards.fit import Needs, run_time
from rune.devices.boards.lookup import find_board

BOARD = replace(find_board("raspberry-pi-pico"), ram=100, flash=200)


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


def test_limits_name_what_is_exceeded_and_by_how_much() -> None:
    limits = DeviceLimits(ram=1000, flash=2000)
    over = Needs("cortex-m4", 2000, 1500)
    assert limits.excesses(over) == {"ram": 0.5, "flash": 0.0}
    assert limits.reason(over) == "RAM 1.5 kB of at most 1.0 kB"
    assert limits.reason(Needs("cortex-m4", 2000, 1000, 10**9)) is None
    assert DeviceLimits(instructions=10).reason(over) is None  # it was not counted
    assert DeviceLimits(instructions=10).reason(Needs("cortex-m4", 1, 1, 1234)) == "instructions 1,234 of at most 10"


def test_a_limit_of_time_is_one_of_the_upper_end_of_the_estimate() -> None:
    for instructions in (1, 7, 1001, 999_999, 12_345_678):
        limits = DeviceLimits(time=TimeLimit(run_time(instructions, BOARD).most, BOARD))
        assert limits.reason(Needs("cortex-m0plus", 1, 1, instructions)) is None
        over = Needs("cortex-m0plus", 1, 1, instructions + 1)
        assert "inference time" in str(limits.reason(over))
        assert 0 < limits.excesses(over)["milliseconds"] <= 1.0001 / instructions


def test_a_reason_names_the_time_where_that_is_limited() -> None:
    needs = Needs("cortex-m0plus", 1, 1, 6_200_000)
    longest = run_time(6_200_000, BOARD).most
    limits = DeviceLimits(time=TimeLimit(longest / 2, BOARD))
    assert limits.reason(needs) == f"inference time {longest:.3g} ms of at most {longest / 2:.3g} ms"
    both = replace(limits, instructions=1_000_000)
    assert str(both.reason(needs)).startswith("instructions 6,200,000 of at most 1,000,000; inference time ")
    assert "time" not in str(replace(both, time=TimeLimit(longest, BOARD)).reason(needs))
    assert limits.reason(Needs("cortex-m0plus", 1, 1)) is None  # it was not counted


def test_a_point_has_mistakes_and_needs() -> None:
    assert point(0.75, Needs("cortex-m4", 7, 5, 3)) == (0.25, 5, 7, 3)


def test_needs_are_compared_where_nothing_is_limited() -> None:
    needs = Needs("cortex-m4", 7, 5, 3)
    assert compared_point(0.75, needs, DeviceLimits()) == (0.25, 5, 7, 3)
    assert compared_point(0.75, Needs("cortex-m4", 7, 5), DeviceLimits()) == (0.25, 5, 7, 0)
    assert compared_point(0.75, needs, DeviceLimits(ram=9)) == (0.25,)
    assert compared_point(0.75, needs, DeviceLimits(time=TimeLimit(50, BOARD))) == (0.25,)
    assert compared_point(0.75, needs, DeviceLimits(flash=9, instructions=9)) == (0.25,)


def test_the_memory_of_a_board_is_a_limit_that_nobody_chose() -> None:
    needs = Needs("cortex-m4", 7, 5, 3)
    board = DeviceLimits().within(BOARD)
    assert (board.ram, board.flash, board.instructions) == (100, 200, None)
    assert compared_point(0.75, needs, board) == (0.25, 5, 7, 3)
    assert board.reason(Needs("cortex-m4", 7, 101)) is not None
    assert DeviceLimits(ram=300).within(BOARD) == board, "more than the board has is no choice"
    time = TimeLimit(50, BOARD)
    for choice in (
        DeviceLimits(ram=99),
        DeviceLimits(flash=199),
        DeviceLimits(instructions=5),
        DeviceLimits(time=time),
    ):
        limits = choice.within(BOARD)
        assert compared_point(0.75, needs, limits) == (0.25,)
        assert limits.within(BOARD) == limits
