"""The socket of the inbox says how many notices are unread, when it opens and whenever that changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async
from channels.routing import URLRouter
from django.contrib.auth.models import AnonymousUser

from forge.accounts.actions import end_connections
from forge.accounts.models import ProjectMembership, Role, User
from forge.collab.closing import Closing
from forge.collab.watch import watch
from forge.core.events import delivery
from forge.notices.actions import read_all
from forge.notices.inbox.consumers import InboxSocket
from forge.notices.inbox.routing import websocket_urlpatterns
from forge.projects.models import Project
from tests.support.clients.yjs_socket import Socket, listeners
from tests.support.forge.factories.builds import failed_build

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("server")]


class PersonInbox(Socket):
    router = URLRouter(websocket_urlpatterns)


@pytest.fixture
async def server() -> AsyncIterator[None]:
    """The steps of the server's start and end around sockets."""
    delivery.attach(asyncio.get_running_loop())
    yield
    watch.close()
    delivery.attach(None)


@pytest.mark.slow
async def test_the_number_is_told_at_first_and_when_it_changes(project: Project, developer: User) -> None:
    async with PersonInbox(developer, "/ws/inbox") as inbox:
        assert await inbox.event() == {"type": "inbox", "unread": 0}
        await sync_to_async(failed_build)(developer, project)
        assert await inbox.event() == {"type": "inbox", "unread": 1}
        await sync_to_async(read_all)(developer)
        assert await inbox.event() == {"type": "inbox", "unread": 0}


@pytest.mark.slow
async def test_who_has_a_role_in_one_project_hears_of_it_too(project: Project, stranger: User) -> None:
    await sync_to_async(ProjectMembership.objects.create)(
        organisation_id=project.organisation_id, project=project.pk, user=stranger, role=Role.DEVELOPER
    )
    async with PersonInbox(stranger, "/ws/inbox") as inbox:
        assert (await inbox.event())["unread"] == 0
        await sync_to_async(failed_build)(stranger, project)
        assert (await inbox.event())["unread"] == 1


@pytest.mark.slow
async def test_a_message_that_is_lost_is_made_up_for(project: Project, developer: User) -> None:
    async with PersonInbox(developer, "/ws/inbox") as inbox:
        assert (await inbox.event())["unread"] == 0
        delivery.attach(None)
        await sync_to_async(failed_build)(developer, project)
        assert (await inbox.event())["unread"] == 1


async def test_a_visitor_is_told_nothing(project: Project) -> None:
    async with PersonInbox(AnonymousUser(), "/ws/inbox") as inbox:
        assert (await inbox.closed())[0] == Closing.SIGNED_OUT


async def test_it_closes_when_the_persons_sessions_ended(developer: User) -> None:
    async with PersonInbox(developer, "/ws/inbox") as inbox:
        await inbox.event()
        await sync_to_async(end_connections)(developer)
        assert (await inbox.closed())[0] == Closing.TRY_AGAIN


@pytest.mark.parametrize("step", ["_follow", "receive"])
async def test_a_socket_that_ends_with_an_error_leaves_no_listener(
    developer: User, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*_arguments: object, **_message: object) -> None:
        raise OSError("the disk is away")

    before = listeners()
    monkeypatch.setattr(InboxSocket, step, fail)
    with pytest.raises(OSError, match="disk"):
        async with PersonInbox(developer, "/ws/inbox") as inbox:
            await inbox.send("anything")
    assert listeners() == before
