"""Slots: a numbered build never holds a preview up, and a wake-up that finds its slot busy is not lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from forge.accounts.models import Organisation
from forge.builds import dispatch
from forge.builds.dispatch import NumberedSlots, PreviewSlots
from forge.builds.leases import BuildLease
from forge.builds.models import Build
from forge.compute.pool.compiler import Compiler
from forge.compute.scheduler.pace import PaceNow
from forge.compute.scheduler.slots import Party
from forge.core.leases import Lease
from forge.projects.models import Project
from tests.forge.builds.conftest import warm

PATIENCE = 5.0
ONE, OTHER = Party(uuid4()), Party(uuid4())


def in_thread(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


class Waiting:
    """Builds that wait, each of a party, and workers that work until they are let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *parties: Party) -> None:
        self.left = list(parties)
        self.begun = threading.Semaphore(0)
        self.go_on = threading.Semaphore(0)
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()
        monkeypatch.setattr(dispatch, "take", self._take)
        monkeypatch.setattr(dispatch, "LeasedBuild", self._build)

    def _take(self, *, may_take: Callable[[Party], bool]) -> BuildLease | None:
        with self._lock:
            party = next(filter(may_take, self.left), None)
            if party is None:
                return None
            self.left.remove(party)
            return BuildLease(Lease(Build, uuid4(), 1), 1, party)

    def _build(self, lease: BuildLease, stopping: threading.Event, **others: Any) -> Any:
        return self

    def run(self) -> None:
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        self.begun.release()
        assert self.go_on.acquire(timeout=PATIENCE)
        with self._lock:
            self.at_once -= 1


def test_no_more_builds_of_one_person_run_at_once_than_there_are_slots(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = Waiting(monkeypatch, *[ONE] * 6)
    slots = NumberedSlots(2, threading.Event())
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
    waiting = Waiting(monkeypatch, ONE, ONE, OTHER)
    slots = NumberedSlots(1, threading.Event())
    threads = [in_thread(slots.work) for _ in range(3)]
    for _ in range(2):
        assert waiting.begun.acquire(timeout=PATIENCE)
    assert waiting.left == [ONE]
    waiting.go_on.release(3)
    for thread in threads:
        thread.join(PATIENCE)
    assert (waiting.left, waiting.most_at_once) == ([], 2)


def test_a_wake_up_that_finds_the_slot_busy_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = Waiting(monkeypatch, ONE)
    slots = NumberedSlots(1, threading.Event())
    first = in_thread(slots.work)
    assert waiting.begun.acquire(timeout=PATIENCE)
    waiting.left = [ONE]
    slots.work()  # returns at once: the slot is busy
    waiting.go_on.release(2)
    first.join(PATIENCE)
    assert not first.is_alive()
    assert waiting.left == []


def test_nothing_more_is_begun_once_the_program_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = Waiting(monkeypatch, *[ONE] * 3)
    stopping = threading.Event()
    slots = NumberedSlots(1, stopping)
    thread = in_thread(slots.work)
    assert waiting.begun.acquire(timeout=PATIENCE)
    stopping.set()
    waiting.go_on.release()
    thread.join(PATIENCE)
    assert waiting.left == [ONE] * 2


@pytest.mark.django_db(transaction=True)
def test_a_preview_does_not_wait_behind_a_numbered_build(
    project: Any, compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = Waiting(monkeypatch, ONE)
    busy = in_thread(NumberedSlots(1, threading.Event()).work)
    assert waiting.begun.acquire(timeout=PATIENCE)
    PreviewSlots(threading.Event(), warm(lambda: compiler)).work(project.pk)
    assert project.previews.get().state == "ready"
    assert busy.is_alive()
    waiting.go_on.release()
    busy.join(PATIENCE)


@pytest.mark.django_db
def test_a_preview_that_fails_in_us_leaves_the_slot_free(
    project: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[Any] = []

    def refresh(project_id: Any, *others: Any) -> None:
        seen.append(project_id)
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(dispatch, "refresh_previews", refresh)
    slot = PreviewSlots(threading.Event(), warm(lambda: Compiler(Path())))
    slot.work(project.pk)
    slot.work(project.pk)
    assert len(seen) == 2
    assert "stopped in the middle" in caplog.text


@pytest.mark.protects("availability/long-builds")
@pytest.mark.django_db(transaction=True)
def test_a_preview_of_another_organisation_begins_while_a_long_one_is_made(
    project: Any, stranger: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation = Organisation.objects.get(name="other")
    short = Project.objects.create(organisation=organisation, name="short", created_by=stranger)
    is_built = threading.Event()

    def refresh(project_id: Any, compiler: Any, stopping: Any, pace: PaceNow) -> None:
        if project_id == short.pk:
            is_built.set()
        else:
            assert is_built.wait(PATIENCE)

    monkeypatch.setattr(dispatch, "refresh_previews", refresh)
    # One message that names both: neither waits for the other.
    PreviewSlots(threading.Event(), warm(lambda: Compiler(Path()))).work(project.pk, short.pk)
    assert is_built.is_set()
