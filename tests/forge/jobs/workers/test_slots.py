"""Slots: how many jobs run at once in a process, and that a wake-up that finds no place is not lost."""

from __future__ import annotations

import threading

import pytest

from forge.jobs.workers.slots import JobSlots
from tests.support.forge.waiting_jobs import ONE, OTHER, WaitingJobs, in_thread
from tests.support.patience import PATIENCE


def slots_for(count: int, stopping: threading.Event | None = None) -> JobSlots:
    """Slots with as many places for others as those of builds have."""
    return JobSlots(count, ("build",), stopping or threading.Event(), beyond=2)


def test_no_more_builds_of_one_person_run_at_once_than_there_are_slots(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = WaitingJobs(monkeypatch, *[ONE] * 6)
    slots = slots_for(2)
    threads = [in_thread(slots.work) for _ in range(5)]
    # The first two are held until both have begun: else one worker may do all six before another is there.
    for _ in range(2):
        assert waiting.begun.acquire(timeout=PATIENCE)
    waiting.go_on.release(6)
    for thread in threads:
        thread.join(PATIENCE)
    assert (waiting.left, waiting.most_at_once) == ([], 2)


@pytest.mark.protects("availability/long-builds")
def test_a_build_of_another_organisation_begins_although_the_slots_are_full(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = WaitingJobs(monkeypatch, ONE, ONE, OTHER)
    slots = slots_for(1)
    threads = [in_thread(slots.work) for _ in range(3)]
    for _ in range(2):
        assert waiting.begun.acquire(timeout=PATIENCE)
    assert waiting.left == [ONE]
    waiting.go_on.release(3)
    for thread in threads:
        thread.join(PATIENCE)
    assert (waiting.left, waiting.most_at_once) == ([], 2)


def test_a_wake_up_that_finds_the_slot_busy_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = WaitingJobs(monkeypatch, ONE)
    slots = slots_for(1)
    first = in_thread(slots.work)
    assert waiting.begun.acquire(timeout=PATIENCE)
    waiting.left = [ONE]
    slots.work()  # returns at once: the slot is busy
    waiting.go_on.release(2)
    first.join(PATIENCE)
    assert not first.is_alive()
    assert waiting.left == []


def test_nothing_more_is_begun_once_the_program_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = WaitingJobs(monkeypatch, *[ONE] * 3)
    stopping = threading.Event()
    slots = slots_for(1, stopping)
    thread = in_thread(slots.work)
    assert waiting.begun.acquire(timeout=PATIENCE)
    stopping.set()
    waiting.go_on.release()
    thread.join(PATIENCE)
    assert waiting.left == [ONE] * 2


def test_without_places_beyond_the_slots_nobody_is_suspended(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = WaitingJobs(monkeypatch, ONE, OTHER)
    slots = JobSlots(1, ("lab",), threading.Event())
    first = in_thread(slots.work)
    assert waiting.begun.acquire(timeout=PATIENCE)
    slots.work()  # returns at once
    assert waiting.left == [OTHER]
    waiting.go_on.release(2)
    first.join(PATIENCE)
    assert (waiting.left, waiting.most_at_once) == ([], 1)
