"""Presence: who is there is told on, to newcomers too, and nobody speaks for another."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from forge.collab.presence import CLIENTS_OF_A_SOCKET, Presence
from forge.collab.protocol import ClientState
from tests.forge.collab.yjs_socket import YjsClient

MIKA, JO = uuid.uuid4(), uuid.uuid4()


def state(client: int, clock: int, value: Any = "here") -> ClientState:
    return ClientState(client, clock, json.dumps(value))


def test_what_is_news_is_told_on() -> None:
    presence = Presence()
    assert presence.hear("a", MIKA, [state(1, 1)]) == (state(1, 1),)
    assert presence.hear("a", MIKA, [state(1, 1), state(1, 0)]) == ()
    assert presence.hear("a", MIKA, [state(1, 2, "there")]) == (state(1, 2, "there"),)
    assert presence.everyone() == (state(1, 2, "there"),)


def test_a_socket_that_repeats_what_it_heard_is_not_told_on() -> None:
    presence = Presence()
    presence.hear("a", MIKA, [state(1, 5)])
    assert presence.hear("b", JO, [state(1, 5), state(1, 9, None), state(1, 9, "not me")]) == ()
    assert presence.everyone() == (state(1, 5),)


def test_who_comes_back_takes_the_clients_of_the_old_connection() -> None:
    presence = Presence()
    presence.hear("old", MIKA, [state(1, 5)])
    assert presence.hear("new", MIKA, [state(1, 6)]) == (state(1, 6),)
    assert presence.leave("old") == ()
    assert presence.leave("new") == (state(1, 7, None),)


def test_who_leaves_is_gone_for_the_others() -> None:
    presence = Presence()
    presence.hear("a", MIKA, [state(1, 5)])
    assert presence.hear("a", MIKA, [state(1, 6, None)]) == (state(1, 6, None),)
    assert presence.everyone() == ()
    assert presence.leave("a") == ()


def test_a_socket_speaks_for_a_few_clients_only() -> None:
    presence = Presence()
    presence.hear("a", MIKA, [state(client, 1) for client in range(1000)])
    assert len(presence.everyone()) == CLIENTS_OF_A_SOCKET


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("server")
async def test_people_see_each_other_come_and_go(project: Any, owner: Any, viewer: Any) -> None:
    async with YjsClient(owner, project) as one:
        await one.be_present(7, 1, {"user": {"name": "Mika"}})
        async with YjsClient(viewer, project) as watching:
            await watching.until(lambda: watching.present.get(7) == {"user": {"name": "Mika"}})
            await watching.be_present(8, 1, {"user": {"name": "Ari"}})
            await one.until(lambda: 8 in one.present)
        await one.until(lambda: one.present.get(8) is None and 8 in one.present)
