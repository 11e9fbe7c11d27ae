"""The socket of a guest: it says that their review reads otherwise, and no other socket of the server lets them in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.routing import URLRouter
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from forge.accounts.actions import change_role, set_quota
from forge.accounts.models import Organisation, User
from forge.accounts.principals import INSTALLATION
from forge.collab.closing import Closing
from forge.collab.open_sockets import sockets_of_organisations
from forge.collab.rooms import rooms
from forge.collab.routing import websocket_urlpatterns as of_collab
from forge.core.events.delivery import attach
from forge.jobs.lists.routing import websocket_urlpatterns as of_jobs
from forge.notices.inbox.routing import websocket_urlpatterns as of_notices
from forge.player.routing import websocket_urlpatterns as of_player
from forge.projects.actions import delete_project, write_file
from forge.projects.models import Project
from forge.reviews import actions
from forge.reviews.actions import RequestedGroup
from forge.reviews.guests import consumers
from forge.reviews.guests.access import cookie_name
from forge.reviews.guests.consumers import sockets_of_guests
from forge.reviews.guests.routing import websocket_urlpatterns as of_guests
from forge.reviews.models import GuestLink, Review
from tests.support.clients.yjs_socket import Socket
from tests.support.forge.factories.builds import RUNE, built

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("server")]

EVERYWHERE = URLRouter([*of_player, *of_notices, *of_jobs, *of_guests, *of_collab])


@pytest.fixture
async def server() -> AsyncIterator[None]:
    """The steps of the server's start and end around sockets."""
    attach(asyncio.get_running_loop())
    yield
    await rooms.close()
    attach(None)


@pytest.fixture
def review(project: Project, developer: User, reviewer: User) -> Review:
    return new_review(project, developer, reviewer)


def new_review(project: Project, developer: User, reviewer: User, rune: bytes = RUNE) -> Review:
    build = built(developer, project, rune)
    review: Review = actions.ask_for_review(
        developer, build, "Hears whispers", reviewers=[RequestedGroup((reviewer.pk,))]
    )
    return review


@sync_to_async
def let_in(developer: User, review: Review) -> dict[str, str]:
    """The cookies of a browser that opened a new link to the review."""
    _, address = actions.invite_guest(developer, review, "Lena")
    _, secret = actions.enter_as_guest(address.partition("#token=")[2], review.pk)
    return {cookie_name(review.pk): secret}


class GuestSocket(Socket):
    """A socket that a browser without an account opens, with the cookies that it has."""

    def __init__(self, path: str, cookies: dict[str, str]) -> None:
        super().__init__(AnonymousUser(), path)
        scope = {"type": "websocket", "path": path, "query_string": b"", "headers": [], "user": AnonymousUser()}
        make = cast(Callable[..., Any], ApplicationCommunicator)
        self._communicator = make(EVERYWHERE, scope | {"cookies": cookies})


def events_of(review: Review, cookies: dict[str, str]) -> GuestSocket:
    return GuestSocket(f"/try/reviews/{review.pk}/events", cookies)


async def comment(person: User, review: Review) -> None:
    await sync_to_async(actions.begin_thread)(person, review, "It hears me.")


@pytest.mark.slow
@pytest.mark.protects("mail/guest-sockets")
@pytest.mark.parametrize(
    "path",
    [
        "/ws/projects/acme/kitchen/collab",
        "/ws/projects/acme/kitchen/events",
        "/ws/projects/acme/kitchen/phones",
        "/player/acme/kitchen/pairing",
        "/ws/inbox",
        "/ws/organisations/acme/jobs",
    ],
)
async def test_no_socket_of_members_lets_a_guest_in(path: str, review: Review, developer: User) -> None:
    async with GuestSocket(path, await let_in(developer, review)) as socket:
        assert (await socket.closed())[0] in (Closing.SIGNED_OUT, Closing.NOT_FOUND)


def test_each_socket_of_the_server_is_tried() -> None:
    """A new one needs a row above."""
    routes = {str(each.pattern) for each in (*of_player, *of_notices, *of_jobs, *of_guests, *of_collab)}
    assert routes == {
        "player/<str:organisation>/<str:name>/pairing",
        "ws/projects/<str:organisation>/<str:name>/phones",
        "ws/projects/<str:organisation>/<str:name>/collab",
        "ws/projects/<str:organisation>/<str:name>/events",
        "ws/inbox",
        "ws/organisations/<str:organisation>/jobs",
        "try/reviews/<uuid:review_id>/events",
        "<path:elsewhere>",
    }


@pytest.mark.slow
async def test_a_guest_hears_that_their_review_changed_and_nothing_of_it(
    review: Review, developer: User, reviewer: User
) -> None:
    async with events_of(review, await let_in(developer, review)) as socket:
        assert await socket.event() == {"type": "hello"}
        await comment(reviewer, review)
        assert await socket.event() == {"type": "changed"}
        await socket.send("{}")
        assert await socket.is_silent()


@pytest.mark.slow
@pytest.mark.protects("mail/guest-sockets")
async def test_a_guest_hears_nothing_of_the_rest_of_the_project(
    review: Review, project: Project, developer: User, reviewer: User
) -> None:
    async with events_of(review, await let_in(developer, review)) as socket:
        await socket.event()
        await sync_to_async(write_file)(developer, project, "notes.md", b"another version")
        other = await sync_to_async(new_review)(project, developer, reviewer, RUNE + b"2")
        await comment(reviewer, other)
        assert await socket.is_silent()


@pytest.mark.slow
async def test_a_message_that_is_lost_is_made_up_for(
    review: Review, developer: User, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with events_of(review, await let_in(developer, review)) as socket:
        await socket.event()
        with monkeypatch.context() as silent:
            silent.setattr("forge.core.events.delivery._loop", None)
            await comment(reviewer, review)
        assert await socket.event() == {"type": "changed"}


@pytest.mark.slow
@pytest.mark.protects("mail/guest-sockets")
async def test_without_the_cookie_of_this_review_there_is_nothing(
    review: Review, project: Project, developer: User, reviewer: User
) -> None:
    cookies = await let_in(developer, review)
    await sync_to_async(write_file)(developer, project, "notes.md", b"another version")
    other = await sync_to_async(new_review)(project, developer, reviewer, RUNE + b"2")
    forgery = {cookie_name(other.pk): cookies[cookie_name(review.pk)]}
    for jar in ({}, cookies, forgery):
        async with events_of(other, jar) as socket:
            assert (await socket.closed())[0] == Closing.NOT_FOUND


def revoke(review: Review, owner: User, developer: User) -> None:
    actions.revoke_guest_link(owner, review, GuestLink.objects.get().pk)


def expire(review: Review, owner: User, developer: User) -> None:
    GuestLink.objects.update(expires=timezone.now())


def step_down(review: Review, owner: User, developer: User) -> None:
    change_role(owner, review.project.organisation, developer.pk, "reviewer")


def delete(review: Review, owner: User, developer: User) -> None:
    delete_project(owner, review.project)


@pytest.mark.slow
@pytest.mark.protects("mail/guest-sockets")
@pytest.mark.parametrize("end", [revoke, expire, step_down, delete])
async def test_what_ends_a_link_ends_its_sockets(
    end: Any, review: Review, owner: User, developer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    if end is not revoke:  # which says so at once
        monkeypatch.setattr(consumers, "LOOK_EVERY", 0.05)
    async with events_of(review, await let_in(developer, review)) as socket:
        await socket.event()
        await sync_to_async(end)(review, owner, developer)
        assert await socket.closed() == (Closing.NO_ACCESS, consumers.NO_REVIEW)


@pytest.mark.slow
@pytest.mark.protects("mail/guest-sockets")
async def test_nothing_is_told_after_the_end_although_nobody_said_that_it_came(
    review: Review, owner: User, developer: User, reviewer: User
) -> None:
    async with events_of(review, await let_in(developer, review)) as socket:
        await socket.event()
        await sync_to_async(expire)(review, owner, developer)
        await comment(reviewer, review)
        assert (await socket.message())["type"] == "websocket.close"


@pytest.mark.slow
@pytest.mark.protects("availability/guest-sockets")
async def test_guests_leave_half_of_the_sockets_to_members(
    review: Review, organisation: Organisation, developer: User
) -> None:
    stream = organisation.stream
    await sync_to_async(set_quota)(INSTALLATION, stream, "sockets", 2)
    cookies = await let_in(developer, review)
    async with events_of(review, cookies) as first:
        await first.event()
        async with events_of(review, cookies) as second:
            assert await second.closed() == (Closing.TOO_MANY, consumers.TOO_MANY)
        assert len(consumers.TOO_MANY.encode()) <= 123
        async with Socket(developer, "/ws/projects/acme/kitchen/events") as members:
            assert (await members.event())["type"] == "hello"
    assert (sockets_of_guests.in_use_by(stream), sockets_of_organisations.in_use_by(stream)) == (0, 0)


@pytest.mark.protects("availability/guest-sockets")
@pytest.mark.parametrize("step", ["_send_kind", "_handle_messages"])
async def test_a_socket_that_ends_with_an_error_makes_room(
    review: Review, organisation: Organisation, developer: User, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError("the disk is away")

    cookies = await let_in(developer, review)
    monkeypatch.setattr(consumers.GuestReviewSocket, step, fail)
    with pytest.raises(OSError, match="disk"):
        async with events_of(review, cookies):
            pass
    for sockets in (sockets_of_guests, sockets_of_organisations):
        assert sockets.in_use_by(organisation.stream) == 0
