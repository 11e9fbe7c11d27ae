"""The event socket: hello, then every number once and in order, also when messages are lost or roles are."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser

from forge.accounts.actions import (
    change_role,
    remove_member,
    set_password,
    update_organisation,
    update_profile,
)
from forge.accounts.announcements import MEMBERS_CHANGED
from forge.collab import watch
from forge.collab.closing import Closing
from forge.core.events import delivery
from forge.core.events import log as events
from forge.core.events.log import append_event, last_sequence
from forge.projects.actions import delete_project
from tests.support.clients.yjs_socket import Socket, YjsClient
from tests.support.forge.factories.events import COUNTED, HAPPENED

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("server")]
PATH = "/ws/projects/acme/kitchen/events"

append = sync_to_async(append_event)


async def test_a_socket_says_where_the_log_stands_and_then_what_happens(project: Any, viewer: Any) -> None:
    now = await sync_to_async(last_sequence)(project.stream)
    async with Socket(viewer, PATH) as socket:
        assert await socket.event() == {"type": "hello", "sequence": now}
        await append(project.stream, COUNTED(number=1))
        assert await socket.event() == {"sequence": now + 1, "type": "test.counted", "data": {"number": 1}}


@pytest.mark.slow
async def test_what_was_missed_is_sent_again(project: Any, viewer: Any) -> None:
    now = await sync_to_async(last_sequence)(project.stream)
    for number in range(5):
        await append(project.stream, COUNTED(number=number))
    async with Socket(viewer, f"{PATH}?after={now + 2}") as socket:
        assert (await socket.event())["sequence"] == now + 5
        assert [(await socket.event())["sequence"] for _ in range(3)] == [now + 3, now + 4, now + 5]
        assert await socket.is_silent()


@pytest.mark.slow
@pytest.mark.parametrize("after", ["-1", "x", "99999999999999999999", "1e3", ""])
async def test_an_odd_number_is_answered_with_where_the_log_stands(project: Any, viewer: Any, after: str) -> None:
    async with Socket(viewer, f"{PATH}?after={after}") as socket:
        assert (await socket.event())["type"] == "hello"
        assert await socket.is_silent()


async def test_a_message_that_is_lost_is_made_up_for(
    project: Any, viewer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Socket(viewer, PATH) as socket:
        now = (await socket.event())["sequence"]
        with monkeypatch.context() as silent:
            silent.setattr(delivery, "_loop", None)
            await append(project.stream, HAPPENED())
        await append(project.stream, HAPPENED())
        assert [(await socket.event())["sequence"] for _ in range(2)] == [now + 1, now + 2]


@pytest.mark.slow
async def test_events_of_the_organisation_do_not_count_as_the_projects(
    project: Any, organisation: Any, owner: Any, viewer: Any
) -> None:
    async with Socket(viewer, PATH) as socket:
        now = (await socket.event())["sequence"]
        for _ in range(3):
            await append(organisation.stream, MEMBERS_CHANGED())
        await append(project.stream, HAPPENED())
        assert (await socket.event())["sequence"] == now + 1
        assert await socket.is_silent()


async def test_losing_access_closes_the_socket(project: Any, organisation: Any, owner: Any, viewer: Any) -> None:
    async with Socket(viewer, PATH) as socket:
        await socket.event()
        await sync_to_async(remove_member)(owner, organisation, viewer.pk)
        assert (await socket.closed())[0] == Closing.NO_ACCESS


@pytest.mark.slow
@pytest.mark.protects("live/lost-access")
async def test_a_lost_role_ends_a_silent_socket_when_its_message_was_lost(
    project: Any, organisation: Any, owner: Any, viewer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Socket(viewer, PATH) as socket:
        await socket.event()
        with monkeypatch.context() as silent:
            silent.setattr(delivery, "_loop", None)
            await sync_to_async(remove_member)(owner, organisation, viewer.pk)
        assert (await socket.closed())[0] == Closing.NO_ACCESS


@pytest.mark.slow
async def test_an_event_whose_message_was_lost_comes_without_another_one(
    project: Any, viewer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Socket(viewer, PATH) as socket:
        now = (await socket.event())["sequence"]
        with monkeypatch.context() as silent:
            silent.setattr(delivery, "_loop", None)
            await append(project.stream, HAPPENED())
        assert (await socket.event())["sequence"] == now + 1


@pytest.mark.slow
async def test_a_message_that_comes_after_a_look_at_the_database_is_heard_itself(
    project: Any, viewer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event that is in the log before its message is on the way is not read from there at once: the message says
    more."""
    deliveries: list[tuple[Any, ...]] = []
    lookup = asyncio.Event()

    def look(streams: Any, documents: Any) -> Any:
        counts = numbers(streams, documents)
        if deliveries:
            loop.call_soon_threadsafe(lookup.set)
        return counts

    loop, numbers = asyncio.get_running_loop(), watch._numbers
    async with Socket(viewer, PATH) as socket:
        now = (await socket.event())["sequence"]
        monkeypatch.setattr(watch, "_numbers", look)
        with monkeypatch.context() as late:
            late.setattr(events, "deliver", lambda *arguments: deliveries.append(arguments))
            await append(project.stream, COUNTED(number=1, word="one"))
            await lookup.wait()
        delivery.deliver(*deliveries[0])
        assert await socket.event() == {
            "sequence": now + 1,
            "type": "test.counted",
            "data": {"number": 1, "word": "one"},
        }


@pytest.mark.protects("roles/deleted-projects")
async def test_a_deleted_project_closes_its_sockets(project: Any, owner: Any, viewer: Any) -> None:
    async with Socket(viewer, PATH) as socket:
        await socket.event()
        await sync_to_async(delete_project)(owner, project)
        assert (await socket.closed())[0] == Closing.NO_ACCESS


@pytest.mark.protects("sign-in/sockets-of-ended-sessions")
async def test_a_changed_password_closes_what_an_old_session_opened(project: Any, viewer: Any, developer: Any) -> None:
    async with Socket(viewer, PATH) as socket, Socket(developer, PATH) as other:
        await socket.event()
        await other.event()
        await sync_to_async(set_password)(viewer, "another good horse")
        assert (await socket.closed())[0] == Closing.TRY_AGAIN
        await append(project.stream, HAPPENED())
        assert (await other.event())["type"] == "test.happened"


@pytest.mark.protects("sign-in/sockets-of-ended-sessions")
async def test_signing_out_closes_the_persons_sockets(project: Any, viewer: Any, browser_of: Any) -> None:
    async with Socket(viewer, PATH) as socket:
        await socket.event()
        browser = await sync_to_async(browser_of)(viewer)
        await sync_to_async(browser.post)("/accounts/logout/")
        assert (await socket.closed())[0] == Closing.TRY_AGAIN


async def test_a_stranger_is_sent_away(project: Any, stranger: Any) -> None:
    async with Socket(stranger, PATH) as socket:
        assert (await socket.closed())[0] == Closing.NOT_FOUND


@pytest.mark.protects("sign-in/next-person")
async def test_a_page_of_a_person_is_let_in_with_that_persons_session_alone(
    project: Any, viewer: Any, developer: Any
) -> None:
    async with Socket(viewer, f"{PATH}?as={viewer.pk}") as socket:
        assert (await socket.event())["type"] == "hello"
    for user in (developer, AnonymousUser()):
        async with Socket(user, f"{PATH}?as={viewer.pk}") as socket:
            assert (await socket.closed())[0] == Closing.SIGNED_OUT


@pytest.mark.protects("sign-in/next-person")
async def test_a_session_that_ended_is_told_alike_whether_or_not_there_is_such_a_project(
    project: Any, viewer: Any, stranger: Any
) -> None:
    answers = []
    for path in (PATH, "/ws/projects/acme/nothing/events", "/ws/projects/nobody/kitchen/collab"):
        async with Socket(AnonymousUser(), f"{path}?as={viewer.pk}") as socket:
            answers.append(await socket.closed())
    assert len(set(answers)) == 1
    # With the person's own session, the unknown and the forbidden answer alike, as ever.
    for path in (PATH, "/ws/projects/acme/nothing/events"):
        async with Socket(stranger, f"{path}?as={stranger.pk}") as socket:
            assert (await socket.closed())[0] == Closing.NOT_FOUND


async def test_another_role_keeps_the_socket_and_its_numbers_and_says_that_the_state_changed(
    project: Any, organisation: Any, owner: Any, viewer: Any
) -> None:
    async with Socket(viewer, PATH) as socket:
        now = (await socket.event())["sequence"]
        await sync_to_async(change_role)(owner, organisation, viewer.pk, "developer")
        assert await socket.event() == {"type": "state.changed", "sequence": now}
        await append(project.stream, HAPPENED())
        assert (await socket.event())["sequence"] == now + 1


async def test_another_name_of_the_organisation_says_that_the_state_changed(
    project: Any, organisation: Any, owner: Any, viewer: Any
) -> None:
    async with Socket(viewer, PATH) as socket:
        await socket.event()
        await sync_to_async(update_organisation)(owner, organisation, name="acme-labs")
        assert (await socket.event())["type"] == "state.changed"


@pytest.mark.slow
async def test_what_concerns_other_members_only_is_not_told(
    project: Any, organisation: Any, owner: Any, developer: Any, viewer: Any
) -> None:
    async with Socket(viewer, PATH) as socket:
        await socket.event()
        await sync_to_async(change_role)(owner, organisation, developer.pk, "viewer")
        assert await socket.is_silent()


async def test_another_name_of_the_person_says_that_the_state_changed_and_opens_the_document_anew(
    project: Any, viewer: Any
) -> None:
    async with Socket(viewer, PATH) as socket, YjsClient(viewer, project) as editor:
        await socket.event()
        await sync_to_async(update_profile)(viewer, name="Ari R.")
        assert (await socket.event())["type"] == "state.changed"
        assert (await editor.closed())[0] == Closing.TRY_AGAIN


async def test_what_is_told_with_an_event_is_not_stored(project: Any, viewer: Any) -> None:
    now = await sync_to_async(last_sequence)(project.stream)
    async with Socket(viewer, PATH) as socket:
        await socket.event()
        await append(project.stream, COUNTED(number=1, word="two"))
        assert await socket.event() == {
            "sequence": now + 1,
            "type": "test.counted",
            "data": {"number": 1, "word": "two"},
        }
    async with Socket(viewer, f"{PATH}?after={now}") as socket:
        await socket.event()
        assert (await socket.event())["data"] == {"number": 1}
