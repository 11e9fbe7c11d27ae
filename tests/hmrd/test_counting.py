"""Counting by day: each answer once, nothing into a day that cannot be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmrd.counting import ClockProblem, Ledger, PeriodOfRune, add, added, close, is_nothing, with_mode, without_future
from hmrd.protocol.counts import CountedPeriod
from hmrd.protocol.wanted import Telemetry
from rune.watch.counts import Counts
from tests.support.properties import examples
from tests.support.watch import LAYOUT, counted

RUNE, OTHER = f"sha256:{'5e' * 32}", f"sha256:{'6f' * 32}"
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
ON = Ledger(Telemetry.DAY)


def test_nothing_is_counted_unless_the_server_asks_for_it() -> None:
    assert add(Ledger(), NOON, RUNE, counted()) == (Ledger(), None)


def test_a_day_is_closed_once_and_has_all_of_it() -> None:
    ledger, _ = add(ON, NOON, RUNE, counted((1, 2, 3)))
    ledger, _ = add(ledger, NOON + timedelta(hours=2), RUNE, counted((4, 0, 0)))
    ledger, _ = add(ledger, NOON + timedelta(hours=3), RUNE, Counts(restarts=2))
    assert close(ledger, NOON + timedelta(hours=11)) == (ledger, {})
    rest, over = close(ledger, NOON + timedelta(hours=12))
    (counts,) = over.values()
    assert (counts.labels, counts.answers, counts.restarts) == ((5, 2, 3), 10, 2)
    assert rest.open == {}
    assert close(rest, NOON + timedelta(days=3)) == (rest, {})


def test_hours_are_periods_of_their_own_and_no_answer_is_in_two() -> None:
    ledger, _ = add(ON, NOON, RUNE, counted((1, 0, 0)))
    ledger, _ = add(with_mode(ledger, Telemetry.HOUR), NOON, RUNE, counted((0, 1, 0)))
    ledger, _ = add(with_mode(ledger, Telemetry.DAY), NOON, OTHER, counted((0, 0, 1)))
    _, over = close(ledger, NOON + timedelta(days=1))
    day = NOON.date()
    assert {key: counts.labels for key, counts in over.items()} == {
        PeriodOfRune(CountedPeriod(day), RUNE): (1, 0, 0),
        PeriodOfRune(CountedPeriod(day, 12), RUNE): (0, 1, 0),
        PeriodOfRune(CountedPeriod(day), OTHER): (0, 0, 1),
    }


def test_turned_off_what_was_counted_is_gone() -> None:
    ledger, _ = add(ON, NOON, RUNE, counted())
    assert with_mode(ledger, Telemetry.OFF).open == {}


@pytest.mark.parametrize(
    ("now", "server", "problem"),
    [
        (datetime(1970, 1, 1, 5, tzinfo=UTC), None, ClockProblem.BEFORE_ALL),
        (NOON, NOON + timedelta(days=2), ClockProblem.UNLIKE_SERVER),
        (NOON + timedelta(days=40), NOON, ClockProblem.UNLIKE_SERVER),
    ],
)
def test_a_clock_that_cannot_be_right_counts_nothing_and_says_so(
    now: datetime, server: datetime | None, problem: ClockProblem
) -> None:
    assert add(ON, now, RUNE, counted(), server) == (ON, problem)


def test_a_clock_that_went_back_counts_nothing_into_a_closed_day() -> None:
    ledger, _ = add(ON, NOON, RUNE, counted())
    ledger, _ = close(ledger, NOON + timedelta(days=1))
    assert add(ledger, NOON, RUNE, counted()) == (ledger, ClockProblem.WENT_BACK)
    # Set back by a few seconds over midnight, it goes on with the new day.
    midnight = datetime(2026, 12, 2, tzinfo=UTC)
    after, problem = add(ledger, midnight - timedelta(seconds=2), RUNE, counted())
    assert (list(after.open), problem) == ([PeriodOfRune(CountedPeriod(midnight.date()), RUNE)], None)


def test_days_of_a_clock_that_was_ahead_are_deleted_once_the_server_says_the_time() -> None:
    future = NOON + timedelta(days=3000)
    ledger, _ = add(ON, future, RUNE, counted())
    ledger, _ = close(ledger, future + timedelta(days=1))
    ledger, _ = add(ledger, future + timedelta(days=1), RUNE, counted())
    healed = without_future(ledger, NOON)
    assert healed == ON
    assert add(healed, NOON, RUNE, counted())[1] is None


@examples(100)
@given(st.lists(st.tuples(st.integers(0, 96), st.sampled_from([RUNE, OTHER]), st.integers(1, 9)), max_size=30))
def test_in_any_order_of_time_each_answer_is_in_one_document_or_named(
    events: list[tuple[int, str, int]],
) -> None:
    ledger, closed, lost, total = ON, dict[PeriodOfRune, int](), 0, 0
    for hours, rune, answers in events:
        now = NOON + timedelta(hours=hours)
        total += answers
        ledger, problem = add(ledger, now, rune, counted((answers, 0, 0)))
        lost += answers if problem else 0
        ledger, over = close(ledger, now)
        assert not closed.keys() & over.keys()
        closed |= {key: counts.answers for key, counts in over.items()}
    pending = sum(counts.answers for counts in ledger.open.values())
    assert sum(closed.values()) + pending + lost == total


def test_what_the_machine_counts_alone_fits_any_rune() -> None:
    assert added(Counts(restarts=1), counted()).restarts == 1
    assert added(counted(), Counts(restarts=1)).labels == counted().labels
    assert is_nothing(Counts(memory=5))
    assert is_nothing(Counts.empty(LAYOUT))
    assert not is_nothing(Counts(restarts=1))
