"""Previews that a server makes itself: without its queue, in threads that keep their connection for a while."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from celery import current_app
from django.db import connection

from forge.builds.previews import notify, threads
from forge.builds.previews.notify import notify_preview, work_here
from forge.builds.previews.threads import PreviewThreads
from tests.support.patience import PATIENCE

PROJECT, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """The messages that go through the queue."""
    messages: list[Any] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **_: messages.append((name, args)))
    yield messages
    work_here(None)


def test_a_wake_up_goes_through_the_queue_unless_previews_are_made_here(sent: list[Any]) -> None:
    here: list[Any] = []
    work_here(lambda *ids: here.append(ids))
    notify_preview(PROJECT, OTHER)
    assert (here, sent) == ([(PROJECT, OTHER)], [])
    work_here(None)
    notify_preview(PROJECT)
    assert (here, sent) == ([(PROJECT, OTHER)], [("forge.builds.preview", [str(PROJECT)])])


def test_a_wake_up_of_threads_that_end_meanwhile_fails_nobody(sent: list[Any], caplog: Any) -> None:
    ended = PreviewThreads(lambda *_: None, 1)
    ended.close()
    work_here(ended.wake)
    notify_preview(PROJECT)
    assert sent == []
    assert [record.name for record in caplog.records] == [notify.__name__]


def test_work_that_fails_does_not_end_its_thread() -> None:
    done = threading.Event()

    def work(project: uuid.UUID) -> None:
        if project == PROJECT:
            raise RuntimeError("away")
        done.set()

    own = PreviewThreads(work, 1)
    own.wake(PROJECT)
    own.wake(OTHER)
    assert done.wait(PATIENCE)
    own.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("seconds", "is_same"), [(30.0, True), (-1.0, False)])
def test_a_thread_keeps_its_connection_until_nobody_edited_for_a_while(
    monkeypatch: pytest.MonkeyPatch, seconds: float, is_same: bool
) -> None:
    monkeypatch.setattr(threads, "MAX_IDLE_SECONDS", seconds)
    seen: list[Any] = []
    done = threading.Event()

    def work(project: uuid.UUID) -> None:
        connection.ensure_connection()
        seen.append(connection.connection)
        if project == OTHER:
            connection.close()
            done.set()

    own = PreviewThreads(work, 1)
    own.wake(PROJECT)
    own.wake(OTHER)
    assert done.wait(PATIENCE)
    own.close()
    assert (seen[0] is seen[1]) is is_same
