"""The socket of an organisation's jobs says that one changed, to its members alone, and nothing of the job."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async
from channels.routing import URLRouter
from django.contrib.auth.models import AnonymousUser

from forge.accounts.actions import end_connections
from forge.accounts.models import User
from forge.builds.actions import request_build
from forge.collab.closing import Closing
from forge.collab.watch import watch
from forge.core.events import delivery
from forge.jobs.lists.routing import websocket_urlpatterns
from forge.projects.models import Project
from tests.support.clients.yjs_socket import Socket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("server")]

PATH = "/ws/organisations/acme/jobs"


class Jobs(Socket):
    router = URLRouter(websocket_urlpatterns)


@pytest.fixture
async def server() -> AsyncIterator[None]:
    """The steps of the server's start and end around sockets."""
    delivery.attach(asyncio.get_running_loop())
    yield
    watch.close()
    delivery.attach(None)


@pytest.mark.protects("live/job-lists")
async def test_a_member_hears_that_a_job_changed_and_nothing_of_it(project: Project, developer: User) -> None:
    async with Jobs(developer, PATH) as socket:
        assert await socket.event() == {"type": "jobs"}
        await sync_to_async(request_build)(developer, project)
        assert await socket.event() == {"type": "jobs"}


@pytest.mark.protects("live/job-lists")
async def test_who_is_no_member_hears_nothing(project: Project, stranger: User) -> None:
    async with Jobs(AnonymousUser(), PATH) as socket:
        assert (await socket.closed())[0] == Closing.SIGNED_OUT
    async with Jobs(stranger, PATH) as socket:
        assert (await socket.closed())[0] == Closing.NOT_FOUND


@pytest.mark.protects("live/job-lists")
async def test_it_closes_when_access_may_have_ended(project: Project, developer: User) -> None:
    async with Jobs(developer, PATH) as socket:
        await socket.event()
        await sync_to_async(end_connections)(developer)
        assert (await socket.closed())[0] == Closing.TRY_AGAIN
