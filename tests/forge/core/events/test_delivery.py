"""Events reach sockets after commit, from whatever thread they were written in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from forge.core.events.delivery import Message, attach, group_of, listen, stop_listening
from forge.core.events.log import append_event
from tests.support.forge.factories.events import COUNTED, HAPPENED


class _DeliveryUndone(Exception):
    pass


def _then_close(work: Callable[[], None]) -> None:
    try:
        work()
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
async def test_an_event_of_a_worker_thread_arrives_once_committed_and_not_when_taken_back() -> None:
    messages: asyncio.Queue[Message] = asyncio.Queue()
    group = group_of("project:a")
    listen(group, messages.put_nowait)
    attach(asyncio.get_running_loop())

    def rolled_back() -> None:
        try:
            with transaction.atomic():
                append_event("project:a", COUNTED(number=1))
                raise _DeliveryUndone
        except _DeliveryUndone:
            pass

    def committed() -> None:
        append_event("project:a", COUNTED(number=2))

    try:
        await asyncio.to_thread(_then_close, rolled_back)
        await asyncio.to_thread(_then_close, committed)
        message = await asyncio.wait_for(messages.get(), 5)
    finally:
        attach(None)
        stop_listening(group, messages.put_nowait)
    assert message["event"] == {"sequence": 1, "type": "test.counted", "data": {"number": 2}}


@pytest.mark.django_db(transaction=True)
def test_without_a_server_an_event_is_written_and_goes_nowhere() -> None:
    assert append_event("project:a", HAPPENED()).sequence == 1
