"""An organisation has as many sockets open as its quota says, and one that closes makes room."""

from __future__ import annotations

import pytest
from channels.db import database_sync_to_async

from forge.accounts.actions import set_quota
from forge.accounts.models import Organisation, User
from forge.accounts.principals import INSTALLATION
from forge.collab import consumers
from forge.collab.closing import Closing
from forge.collab.open_sockets import sockets_of_organisations
from forge.collab.rooms import rooms
from forge.collab.watch import watch
from forge.projects.models import Project
from tests.support.clients.yjs_socket import Socket, listeners

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


@pytest.mark.protects("availability/many-sockets")
@pytest.mark.parametrize("address", ["collab", "events"])
async def test_a_socket_that_ends_with_an_error_makes_room(
    server: None,
    user: User,
    organisation: Organisation,
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError("the disk is away")

    monkeypatch.setattr(consumers.CollabConsumer, "_send_presence", fail)
    monkeypatch.setattr(consumers.EventsConsumer, "_send", fail)
    with pytest.raises(OSError, match="disk"):
        async with Socket(user, f"/ws/projects/acme/kitchen/{address}"):
            pass
    assert sockets_of_organisations.in_use_by(organisation.stream) == 0
    assert project.pk not in rooms._rooms


@pytest.mark.parametrize("address", ["collab", "events"])
async def test_a_socket_that_fails_while_it_opens_leaves_no_listener(
    server: None, user: User, project: Project, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError("the disk is away")

    before = listeners()
    # After the first stream of several is listened to.
    monkeypatch.setattr(watch, "follow_stream", fail)
    with pytest.raises(OSError, match="disk"):
        async with Socket(user, f"/ws/projects/acme/kitchen/{address}"):
            pass
    assert listeners() == before
