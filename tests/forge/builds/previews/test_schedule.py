"""An edit gets its preview on an explicit clock, and one thread calls for all."""

from __future__ import annotations

import threading
from uuid import UUID, uuid4

from forge.builds.previews.notify import Debounce
from forge.builds.previews.schedule import QUIET, EditSchedule
from tests.support.patience import PATIENCE


def times_of_calls(schedule: EditSchedule, edits: list[tuple[float, UUID]]) -> list[tuple[float, UUID]]:
    """Returns when each key would be handled by a caller that is never late."""
    calls: list[tuple[float, UUID]] = []

    def handle_until(end: float) -> None:
        while (look := schedule.next_look()) is not None and look <= end:
            calls.extend((look, key) for key in schedule.take_due(look))

    for now, key in edits:
        handle_until(now)
        schedule.touch(key, now)
    handle_until(float("inf"))
    return calls


def test_the_first_edit_after_a_while_is_handled_at_once_and_another_project_does_not_wait() -> None:
    key, other = uuid4(), uuid4()
    schedule = EditSchedule(quiet=30, longest=60, idle=100)
    assert times_of_calls(schedule, [(0, key), (1, key), (2, other)]) == [(0, key), (2, other), (31, key)]
    assert times_of_calls(schedule, [(200, key)]) == [(200, key)]


def test_keys_in_a_word_are_gathered_and_an_edit_after_a_moment_of_thought_is_handled_at_once() -> None:
    key = uuid4()
    edits = [(0.0, key), (0.2, key), (0.4, key), (0.9, key)]
    assert times_of_calls(EditSchedule(), edits) == [(0.0, key), (0.2 + QUIET, key), (0.4 + QUIET, key), (0.9, key)]


def test_edits_are_gathered_until_typing_pauses() -> None:
    first, second = uuid4(), uuid4()
    schedule = EditSchedule(quiet=5, longest=100, idle=50)
    edits = [(float(now), first) for now in range(20)] + [(19.5, second)]
    assert times_of_calls(schedule, edits) == [(0, first), (19.5, second), (24, first)]


def test_endless_typing_is_previewed_all_the_same() -> None:
    key = uuid4()
    schedule = EditSchedule(quiet=5, longest=10, idle=50)
    calls = times_of_calls(schedule, [(float(now), key) for now in range(30)])
    assert calls == [(0, key), (11, key), (21, key), (31, key)]


def test_a_key_that_was_not_edited_is_never_due() -> None:
    schedule = EditSchedule()
    assert schedule.next_look() is None
    assert schedule.take_due(1e9) == []


def test_edits_while_a_message_is_sent_go_together() -> None:
    calls: list[list[UUID]] = []
    semaphore, event = threading.Semaphore(0), threading.Event()

    def action(*keys: UUID) -> None:
        calls.append(sorted(keys))
        semaphore.release()
        assert event.wait(PATIENCE)

    debounce = Debounce(action, EditSchedule(quiet=0, longest=0), pause=0)
    first, *others = (uuid4() for _ in range(3))
    debounce.touch(first)
    assert semaphore.acquire(timeout=PATIENCE)
    for key in others:
        debounce.touch(key)
    event.set()
    assert semaphore.acquire(timeout=PATIENCE)
    assert calls == [[first], sorted(others)]


def test_what_falls_into_the_pause_after_a_message_is_sent_when_the_pause_ends() -> None:
    semaphore = threading.Semaphore(0)
    debounce = Debounce(lambda *keys: semaphore.release(), EditSchedule(quiet=0, longest=0), pause=0.01)
    for _ in range(3):
        debounce.touch(uuid4())
        assert semaphore.acquire(timeout=PATIENCE)
