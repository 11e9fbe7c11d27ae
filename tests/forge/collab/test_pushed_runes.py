"""Runes that go to open studios before they are stored: to those who asked and may take them out, which is noted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from forge.accounts.actions import remove_member
from forge.collab import consumers
from forge.collab.closing import Closing
from forge.collab.pushed_runes import may_take_runes, push_rune
from forge.core.events import delivery
from forge.core.models import AuditEntry
from tests.support.clients.yjs_socket import Socket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("server")]
PATH = "/ws/projects/acme/kitchen/events"
RUNE = b"\0asm\n\xff"


def push(project: Any, sequence: int = 7) -> None:
    push_rune(project.pk, sequence=sequence, version="sha256:files", digest="sha256:rune", rune=RUNE)


def downloads(person: Any) -> int:
    return AuditEntry.objects.filter(action="preview.download", actor_id=person.pk).count()


async def test_a_rune_comes_as_a_line_of_json_and_its_bytes(project: Any, viewer: Any) -> None:
    async with Socket(viewer, f"{PATH}?runes=1") as socket:
        await socket.event()
        push(project)
        line, _, rune = (await socket.message())["bytes"].partition(b"\n")
        assert json.loads(line) == {"sequence": 7, "version": "sha256:files", "digest": "sha256:rune"}
        assert rune == RUNE


async def test_a_socket_that_did_not_ask_gets_none(project: Any, viewer: Any) -> None:
    async with Socket(viewer, PATH) as socket:
        await socket.event()
        push(project)
        assert await socket.is_silent()
    assert await sync_to_async(downloads)(viewer) == 0


@pytest.mark.slow
async def test_a_socket_that_was_closed_listens_no_more(project: Any, viewer: Any) -> None:
    before = {group: set(listeners) for group, listeners in delivery._listeners.items()}
    async with Socket(viewer, f"{PATH}?runes=1") as socket:
        await socket.event()
    assert {group: set(listeners) for group, listeners in delivery._listeners.items()} == before


@pytest.mark.protects("live/pushed-runes")
async def test_who_takes_runes_is_in_the_audit_log_once(project: Any, viewer: Any) -> None:
    async with Socket(viewer, f"{PATH}?runes=1") as socket:
        await socket.event()
        for sequence in (7, 8):
            push(project, sequence)
            await socket.message()
    assert await sync_to_async(downloads)(viewer) == 1


@pytest.mark.protects("live/pushed-runes")
async def test_who_may_not_read_the_project_gets_none_although_the_socket_is_open(
    project: Any, organisation: Any, owner: Any, viewer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "RUNES_VALID_SECONDS", 0)
    async with Socket(viewer, f"{PATH}?runes=1") as socket:
        await socket.event()
        with monkeypatch.context() as silent:
            # The message that ends the socket is lost; the watch finds it later.
            silent.setattr(delivery, "_loop", None)
            await sync_to_async(remove_member)(owner, organisation, viewer.pk)
        push(project)
        assert (await socket.closed())[0] == Closing.NO_ACCESS
    assert await sync_to_async(downloads)(viewer) == 0


async def test_a_project_that_is_gone_has_no_runes(project: Any, viewer: Any) -> None:
    from forge.accounts.principals import acting_as

    await sync_to_async(project.delete)()
    assert not await may_take_runes(acting_as(viewer), project.pk)


@pytest.mark.slow
async def test_a_client_that_is_behind_gets_events_and_no_runes(
    project: Any, viewer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "RUNES_BEHIND", -1)
    async with Socket(viewer, f"{PATH}?runes=1") as socket:
        await socket.event()
        push(project)
        assert await socket.is_silent()
