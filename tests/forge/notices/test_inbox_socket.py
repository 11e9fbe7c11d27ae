"""The socket of the inbox says how many notices are unread, when it opens and whenever that changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser

from forge.accounts.actions import end_connections
from forge.accounts.models import User
from forge.collab.closing import Closing
from forge.collab.watch import watch
from forge.core import delivery
from forge.notices.actions import read_all
from forge.notices.consumers import InboxSocket
from forge.projects.models import Project
from tests.forge.made_builds import failed_build

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def server() -> AsyncIterator[None]:
    delivery.attach(asyncio.get_running_loop())
    yield
    watch.close()
    delivery.attach(None)


async def opened(user: Any) -> Any:
    socket: Any = WebsocketCommunicator(InboxSocket.as_asgi(), "/ws/inbox")
    socket.scope["user"] = user
    connected, _ = await socket.connect()
    assert connected
    return socket


async def test_the_number_is_told_at_first_and_when_it_changes(server: None, project: Project, developer: User) -> None:
    socket = await opened(developer)
    assert await socket.receive_json_from(5) == {"type": "inbox", "unread": 0}
    await sync_to_async(failed_build)(developer, project)
    assert await socket.receive_json_from(5) == {"type": "inbox", "unread": 1}
    await sync_to_async(read_all)(developer)
    assert await socket.receive_json_from(5) == {"type": "inbox", "unread": 0}
    await socket.disconnect()


async def test_a_visitor_is_told_nothing(server: None) -> None:
    socket = await opened(AnonymousUser())
    assert (await socket.receive_output(5))["code"] == Closing.SIGNED_OUT


async def test_it_closes_when_the_persons_sessions_ended(server: None, developer: User) -> None:
    socket = await opened(developer)
    await socket.receive_json_from(5)
    await sync_to_async(end_connections)(developer)
    assert (await socket.receive_output(5))["code"] == Closing.TRY_AGAIN
    await socket.disconnect()
