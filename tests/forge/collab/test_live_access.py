"""Access to a live document: strangers learn nothing, and who loses the role loses the socket."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import sync_to_async

from forge.accounts.actions import remove_member
from forge.collab import consumers
from forge.collab.closing import Closing
from forge.core.events import delivery
from tests.forge.collab.test_live_document import stored_text
from tests.support.clients.yjs_socket import Socket, YjsClient

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("server")]


@pytest.mark.protects("roles/private-sockets")
async def test_a_stranger_and_an_unknown_project_answer_alike(project: Any, stranger: Any, owner: Any) -> None:
    answers = []
    for person, name in ((stranger, "kitchen"), (stranger, "nothing"), (owner, "nothing")):
        async with Socket(person, f"/ws/projects/acme/{name}/collab") as socket:
            answers.append(await socket.closed())
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] == Closing.NOT_FOUND


@pytest.mark.protects("roles/former-members")
async def test_losing_the_role_closes_the_socket(project: Any, organisation: Any, owner: Any, developer: Any) -> None:
    async with YjsClient(developer, project) as client:
        await sync_to_async(remove_member)(owner, organisation, developer.pk)
        assert (await client.closed())[0] == Closing.NO_ACCESS


@pytest.mark.protects("roles/former-members")
async def test_a_lost_role_is_found_out_when_its_message_was_lost(
    project: Any, organisation: Any, owner: Any, developer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "ACCESS_VALID_SECONDS", 0.0)
    before = await stored_text(project)
    async with YjsClient(developer, project) as client:
        with monkeypatch.context() as silent:
            silent.setattr(delivery, "_loop", None)
            await sync_to_async(remove_member)(owner, organisation, developer.pk)
        await client.type("# still here\n")
        assert (await client.closed())[0] == Closing.NO_ACCESS
    assert await stored_text(project) == before
