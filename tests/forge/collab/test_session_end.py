"""A socket ends with the time of the session that opened it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.utils import timezone

from forge.collab import session_end
from forge.collab.closing import Closing
from forge.collab.session_end import SessionEnd
from tests.support.patience import PATIENCE

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("server"),
    pytest.mark.protects("sign-in/sockets-of-ended-sessions"),
]


class LiveConnection:
    """A connection whose application waits for the disconnect, and then says one thing more."""

    def __init__(self, key: str | None) -> None:
        self.scope: Any = {"type": "websocket", "session": SimpleNamespace(session_key=key)}
        self.sent: list[Any] = []
        self.closed = asyncio.Event()

    async def send(self, message: Any) -> None:
        self.sent.append(message)
        if message["type"] == "websocket.close":
            self.closed.set()

    async def application(self, scope: Any, receive: Any, send: Any) -> None:
        await self.closed.wait()
        await send({"type": "websocket.send", "text": "an event of the project"})

    async def open(self) -> None:
        await SessionEnd(self.application)(self.scope, None, self.send)


def stored_session(key: str, seconds: float) -> None:
    Session.objects.create(pk=key, session_data="", expire_date=timezone.now() + timedelta(seconds=seconds))


@pytest.fixture(autouse=True)
def looks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_end, "FIRST_LOOK", 0.01)


async def test_a_socket_is_closed_when_the_session_is_over_and_gets_nothing_after_that() -> None:
    await sync_to_async(stored_session)("short", 0.2)
    connection = LiveConnection("short")
    await asyncio.wait_for(connection.open(), PATIENCE)
    assert [message.get("code") for message in connection.sent] == [Closing.SIGNED_OUT]


async def test_a_socket_of_a_session_that_was_deleted_is_closed() -> None:
    connection = LiveConnection("gone")
    await asyncio.wait_for(connection.open(), PATIENCE)
    assert [message.get("code") for message in connection.sent] == [Closing.SIGNED_OUT]


@pytest.mark.slow
async def test_a_session_that_was_prolonged_keeps_its_sockets() -> None:
    await sync_to_async(stored_session)("long", 0.2)
    connection = LiveConnection("long")
    task = asyncio.create_task(connection.open())
    later = timezone.now() + timedelta(days=1)
    await sync_to_async(Session.objects.filter(pk="long").update)(expire_date=later)
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(asyncio.shield(connection.closed.wait()), 0.6)
    connection.closed.set()
    await asyncio.wait_for(task, PATIENCE)
    assert [message["type"] for message in connection.sent] == ["websocket.send"]


async def test_a_socket_without_a_session_is_left_alone() -> None:
    connection = LiveConnection(None)
    connection.closed.set()
    await asyncio.wait_for(connection.open(), PATIENCE)
    assert [message["type"] for message in connection.sent] == ["websocket.send"]
