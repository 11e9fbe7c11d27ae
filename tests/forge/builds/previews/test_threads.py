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
def messages(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """The messages that go through the queue."""
    messages: list[Any] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **_: messages.append((name, args)))
    yield messages
    work_here(None)


def test_a_wake_up_goes_through_the_queue_unless_previews_are_made_here(messages: list[Any]) -> None:
    here: list[Any] = []
    work_here(lambda *ids: here.append(ids))
    notify_preview(PROJECT, OTHER)
    assert (here, messages) == ([(PROJECT, OTHER)], [])
    work_here(None)
    notify_preview(PROJECT)
    assert (here, messages) == ([(PROJECT, OTHER)], [("forge.builds.preview", [str(PROJECT)])])


def test_a_wake_up_of_threads_that_end_meanwhile_fails_nobody(messages: list[Any], caplog: Any) -> None:
    own = PreviewThreads(lambda *_: None, 1)
    own.close()
    work_here(own.wake)
    notify_preview(PROJECT)
    assert messages == []
    assert [record.name for record in caplog.records] == [notify.__name__]


def test_work_that_fails_does_not_end_its_thread() -> None:
    event = threading.Event()

    def work(project: uuid.UUID) -> None:
        if project == PROJECT:
            raise RuntimeError("away")
        event.set()

    own = PreviewThreads(work, 1)
    own.wake(PROJECT)
    own.wake(OTHER)
    assert event.wait(PATIENCE)
    own.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("seconds", "is_same"), [(30.0, True), (-1.0, False)])
def test_a_thread_keeps_its_connection_until_nobody_edited_for_a_while(
    monkeypatch: pytest.MonkeyPatch, seconds: float, is_same: bool
) -> None:
    monkeypatch.setattr(threads, "MAX_IDLE_SECONDS", seconds)
    connections: list[Any] = []
    event = threading.Event()

    def work(project: uuid.UUID) -> None:
        connection.ensure_connection()
        connections.append(connection.connection)
        if project == OTHER:
            connection.close()
            event.set()

    own = PreviewThreads(work, 1)
    own.wake(PROJECT)
    own.wake(OTHER)
    assert event.wait(PATIENCE)
    own.close()
    assert (connections[0] is connections[1]) is is_same
