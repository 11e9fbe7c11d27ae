"""The order of those who want to compute, as a pure function, and turns between threads."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from uuid import UUID

import pytest

from forge.compute.scheduler.compute_pace import ComputePace
from forge.compute.scheduler.recent_usage import MOMENT, RecentUsage, Sharing
from forge.compute.scheduler.slots import LOOK_EVERY, Claim, Party, SlotScheduler, choose, may_begin
from tests.support.patience import PATIENCE

ACME, OTHER, THIRD = UUID(int=1), UUID(int=2), UUID(int=3)
JO, MIKA = UUID(int=11), UUID(int=12)


def chosen(*claims: Claim, count: int = 1, places: int = 3) -> list[int]:
    """The arrivals of those who compute."""
    return [claim.arrival for claim in choose(claims, count, places, head_start=1.0)]


def test_who_came_first_computes_first_where_nobody_computed_yet() -> None:
    assert chosen(Claim(Party(OTHER), 2), Claim(Party(ACME), 1)) == [1]


def test_an_organisation_that_computed_long_is_suspended_for_one_that_did_not() -> None:
    greedy = Claim(Party(ACME), 1, organisation_seconds=20, has_begun=True, is_computing=True)
    assert chosen(greedy, Claim(Party(OTHER), 2)) == [2]


def test_who_computes_is_not_suspended_for_a_moment_of_difference() -> None:
    working = Claim(Party(ACME), 1, organisation_seconds=0.9, has_begun=True, is_computing=True)
    assert chosen(working, Claim(Party(OTHER), 2)) == [1]


def test_a_long_job_is_suspended_for_a_short_one_even_of_an_organisation_that_computed_more() -> None:
    newcomer = Claim(Party(ACME), 1, organisation_seconds=6, is_long=True, has_begun=True, is_computing=True)
    assert chosen(newcomer, Claim(Party(OTHER), 2, organisation_seconds=9)) == [2]


def test_a_flood_of_short_jobs_takes_turns_with_those_of_others() -> None:
    flood = [Claim(Party(ACME), number, organisation_seconds=3) for number in range(5)]
    assert chosen(*flood, Claim(Party(OTHER), 9, organisation_seconds=1)) == [9]


def test_two_slots_are_not_both_for_one_organisation() -> None:
    greedy = [Claim(Party(ACME, JO), number) for number in (1, 2, 3)]
    later = Claim(Party(OTHER), 4, organisation_seconds=50)
    assert chosen(*greedy, later, count=2) == [1, 4]
    assert chosen(*greedy, count=2) == [1, 2]


def test_in_an_organisation_people_come_before_programs_and_then_who_computed_least() -> None:
    program = Claim(Party(ACME, MIKA, is_program=True), 1)
    busy = Claim(Party(ACME, JO), 2, member_seconds=5)
    idle = Claim(Party(ACME, MIKA), 3)
    assert chosen(program, busy, idle) == [3]
    assert chosen(program, busy) == [2]


def test_a_program_of_an_organisation_that_computed_less_comes_before_people_of_another() -> None:
    assert chosen(Claim(Party(ACME, JO), 1, organisation_seconds=5), Claim(Party(OTHER, MIKA, is_program=True), 2)) == [
        2
    ]


def test_no_more_begin_than_there_are_places() -> None:
    claims = [
        replace(Claim(Party(one), number), organisation_seconds=9, has_begun=True)
        for number, one in enumerate((ACME, OTHER, THIRD))
    ]
    assert chosen(*claims, Claim(Party(UUID(int=4)), 7)) == [0]
    assert chosen(*claims[:2], Claim(Party(UUID(int=4)), 7)) == [7]


def test_one_organisation_does_not_take_all_places_with_long_jobs_that_are_suspended() -> None:
    long = Claim(Party(ACME, JO), 1, is_long=True, has_begun=True)
    assert chosen(long, Claim(Party(ACME, JO), 2)) == [1]
    beside = Claim(Party(ACME, MIKA), 3, is_long=True, has_begun=True)
    assert chosen(long, beside, Claim(Party(ACME, UUID(int=13)), 4)) == [1]
    assert chosen(long, beside, Claim(Party(OTHER, JO), 5)) == [5]


def test_beyond_the_slots_only_who_has_nothing_begins_and_the_last_place_is_for_another_organisation() -> None:
    assert may_begin(Party(ACME, JO), [], slots=1, beyond=2)
    assert not may_begin(Party(ACME, JO), [Party(ACME, JO)], slots=1, beyond=2)
    assert may_begin(Party(ACME, MIKA), [Party(ACME, JO)], slots=1, beyond=2)
    running = [Party(ACME, JO), Party(ACME, MIKA)]
    assert not may_begin(Party(ACME, UUID(int=13)), running, slots=1, beyond=2)
    assert may_begin(Party(OTHER, JO), running, slots=1, beyond=2)
    assert not may_begin(Party(THIRD, JO), [*running, Party(OTHER, JO)], slots=1, beyond=2)


def test_what_was_computed_is_forgotten_by_halves() -> None:
    usage = RecentUsage[UUID](half_life=10)
    usage.add(ACME, 8, now=100)
    assert usage.seconds_of(ACME, 100) == 8
    assert usage.seconds_of(ACME, 120) == pytest.approx(2)
    assert usage.seconds_of(OTHER, 120) == 0


def test_a_turn_that_ends_gives_its_place_to_the_next() -> None:
    scheduler = SlotScheduler(1, places=1, short=1, half_life=10, head_start=1)
    start = threading.Event()

    def second() -> None:
        with scheduler.claim(Party(OTHER)) as slot:
            if slot.wait(lambda: False):
                start.set()

    with scheduler.claim(Party(ACME)) as first:
        assert first.pace() is ComputePace.USUAL
        thread = threading.Thread(target=second)
        thread.start()
        assert not start.is_set()
    thread.join(PATIENCE)
    assert start.is_set()


def test_who_gave_up_waiting_did_not_have_a_turn() -> None:
    scheduler = SlotScheduler(1, places=1, short=1, half_life=10, head_start=1)
    with scheduler.claim(Party(ACME)), scheduler.claim(Party(OTHER)) as late:
        assert scheduler.waiting(OTHER) == 1
        assert not late.wait(lambda: True)
    assert scheduler.waiting(OTHER) == 0


@pytest.mark.protects("availability/long-builds")
def test_a_long_turn_is_suspended_for_another_organisation_and_goes_on_after_it() -> None:
    scheduler = SlotScheduler(1, places=2, short=5, half_life=10, head_start=0.01)
    with scheduler.claim(Party(ACME)) as greedy:
        while greedy.pace() is not ComputePace.SUSPENDED and scheduler.recent_seconds(ACME) < 0.02:
            pass
        with scheduler.claim(Party(OTHER)) as other:
            assert (greedy.pace(), other.pace()) == (ComputePace.SUSPENDED, ComputePace.USUAL)
        assert greedy.pace() is not ComputePace.SUSPENDED


def test_a_turn_that_computed_for_long_gives_way_to_a_short_one() -> None:
    scheduler = SlotScheduler(1, places=2, short=0.01, half_life=10, head_start=100)
    with scheduler.claim(Party(ACME)) as long:
        while long.computed_seconds < 0.02:
            assert long.pace() is not ComputePace.SUSPENDED
        with scheduler.claim(Party(OTHER)) as short:
            assert (long.pace(), short.pace()) == (ComputePace.SUSPENDED, ComputePace.USUAL)
        assert long.pace() is not ComputePace.SUSPENDED


@pytest.mark.protects("availability/streams-of-questions")
def test_who_computed_more_yields_while_another_organisation_does_other_work() -> None:
    sharing = Sharing()
    questions, builds = (
        SlotScheduler(1, places=1, short=10, half_life=10, head_start=1, sharing=sharing) for _ in range(2)
    )
    with questions.claim(Party(ACME)) as greedy:
        sharing._usage.add(ACME, 2 * MOMENT, time.monotonic())
        assert greedy.pace() is ComputePace.USUAL
        with builds.claim(Party(OTHER)) as other:
            assert (greedy.pace(), other.pace()) == (ComputePace.YIELDING, ComputePace.USUAL)
        assert greedy.pace() is ComputePace.USUAL
        with builds.claim(Party(ACME)) as own:
            assert (greedy.pace(), own.pace()) == (ComputePace.USUAL, ComputePace.USUAL)


def test_nobody_yields_for_a_moment_of_difference_or_to_who_computed_as_much() -> None:
    sharing = Sharing()
    sharing.set_computing("questions", [ACME], now=100)
    sharing.set_computing("builds", [ACME, OTHER], now=100 + MOMENT / 2)
    assert not sharing.is_to_yield(ACME, 100 + MOMENT / 2)
    assert sharing.is_to_yield(ACME, 100 + 2 * MOMENT), "it computes twice"
    assert not sharing.is_to_yield(OTHER, 100 + 2 * MOMENT)
    sharing.set_computing("questions", [], now=100 + 2 * MOMENT)
    sharing.set_computing("builds", [OTHER], now=100 + 2 * MOMENT)
    assert not sharing.is_to_yield(ACME, 100 + 6 * MOMENT), "the other computed more by now, no matter who looked"


@pytest.mark.slow
@pytest.mark.protects("availability/streams-of-questions")
def test_those_who_wait_do_not_wake_each_other() -> None:
    scheduler = SlotScheduler(1, places=1, short=10, half_life=10, head_start=1)
    is_waiting, is_over = threading.Event(), threading.Event()
    looks = 0

    def looks_beside() -> bool:
        is_waiting.set()
        return is_over.is_set()

    def wait_beside() -> None:
        with scheduler.claim(Party(OTHER)) as slot:
            slot.wait(looks_beside)

    def has_looked_five_times() -> bool:
        nonlocal looks
        looks += 1
        return looks > 5

    with scheduler.claim(Party(ACME)):
        thread = threading.Thread(target=wait_beside)
        thread.start()
        assert is_waiting.wait(PATIENCE)
        with scheduler.claim(Party(THIRD)) as slot:
            begin = time.monotonic()
            assert not slot.wait(has_looked_five_times)
            assert time.monotonic() - begin > 4 * LOOK_EVERY
        is_over.set()
        thread.join()
