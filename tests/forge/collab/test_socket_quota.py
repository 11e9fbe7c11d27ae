"""An organisation has as many sockets open as its quota says, and one that closes makes room."""

from __future__ import annotations

import pytest
from channels.db import database_sync_to_async

from forge.accounts.actions import set_quota
from forge.accounts.models import Organisation, User
from forge.accounts.principals import INSTALLATION
from forge.collab.closing import Closing
from forge.projects.models import Project
from tests.forge.collab.yjs_socket import Socket

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.protects("availability/many-sockets")
async def test_one_socket_too_many_is_closed_and_says_why(
    server: None, user: User, organisation: Organisation, project: Project
) -> None:
    await database_sync_to_async(set_quota)(INSTALLATION, organisation.stream, "sockets", 1)
    path = "/ws/projects/acme/kitchen/events"
    async with Socket(user, path):
        async with Socket(user, path) as second:
            code, reason = await second.closed()
        assert (code, len(reason.encode()) <= 123) == (Closing.TOO_MANY, True)
    async with Socket(user, path) as again:
        assert (await again.message())["type"] == "websocket.send"
