"""Slots: a numbered build never holds a preview up, and a wake-up that finds its slot busy is not lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from forge.builds import dispatch
from forge.builds.dispatch import NumberedSlots, PreviewSlot
from forge.builds.leases import Lease
from forge.compute.compiler import Compiler

PATIENCE = 5.0


def in_thread(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


class Waiting:
    """Builds that wait, and workers that work until they are let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
        self.left = count
        self.begun = threading.Semaphore(0)
        self.go_on = threading.Semaphore(0)
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()
        monkeypatch.setattr(dispatch, "take", self._take)
        monkeypatch.setattr(dispatch, "LeasedBuild", self._build)

    def _take(self) -> Lease | None:
        with self._lock:
            if not self.left:
                return None
            self.left -= 1
            return Lease(uuid4(), 1, 1)

    def _build(self, lease: Lease, stopping: threading.Event) -> Any:
        return self

    def run(self) -> None:
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        self.begun.release()
        assert self.go_on.acquire(timeout=PATIENCE)
        with self._lock:
            self.at_once -= 1


def test_no_more_builds_run_at_once_than_there_are_slots(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = Waiting(monkeypatch, 6)
    slots = NumberedSlots(2, threading.Event())
    threads = [in_thread(slots.work) for _ in range(5)]
    for _ in range(6):
        assert waiting.begun.acquire(timeout=PATIENCE)
        waiting.go_on.release()
    for thread in threads:
        thread.join(PATIENCE)
    assert (waiting.left, waiting.most_at_once) == (0, 2)


def test_a_wake_up_that_finds_the_slot_busy_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = Waiting(monkeypatch, 1)
    slots = NumberedSlots(1, threading.Event())
    first = in_thread(slots.work)
    assert waiting.begun.acquire(timeout=PATIENCE)
    waiting.left = 1
    slots.work()  # returns at once: the slot is busy
    waiting.go_on.release(2)
    first.join(PATIENCE)
    assert not first.is_alive()
    assert waiting.left == 0


def test_nothing_more_is_begun_once_the_program_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = Waiting(monkeypatch, 3)
    stopping = threading.Event()
    slots = NumberedSlots(1, stopping)
    thread = in_thread(slots.work)
    assert waiting.begun.acquire(timeout=PATIENCE)
    stopping.set()
    waiting.go_on.release()
    thread.join(PATIENCE)
    assert waiting.left == 2


@pytest.mark.django_db(transaction=True)
def test_a_preview_does_not_wait_behind_a_numbered_build(
    project: Any, compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = Waiting(monkeypatch, 1)
    busy = in_thread(NumberedSlots(1, threading.Event()).work)
    assert waiting.begun.acquire(timeout=PATIENCE)
    PreviewSlot(threading.Event(), lambda: compiler).work(project.pk)
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
    slot = PreviewSlot(threading.Event())
    slot.work(project.pk)
    slot.work(project.pk)
    assert len(seen) == 2
    assert "stopped in the middle" in caplog.text


def test_a_preview_that_is_wanted_while_the_compiler_starts_is_woken_again(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = uuid4()
    woken: list[Any] = []
    monkeypatch.setattr(dispatch, "notify_preview", woken.append)

    class Starting(Compiler):
        def start(self) -> None:
            slot.work(wanted)  # returns at once: the slot is busy

    slot = PreviewSlot(threading.Event(), lambda: Starting(Path()))
    slot.warm_up()
    assert woken == [wanted]
