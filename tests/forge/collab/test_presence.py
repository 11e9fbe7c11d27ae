"""Presence: who is there is passed on, to newcomers too, nobody speaks for another, and nobody says who they are."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from forge.collab.protocol.frames import STATE_LIMIT, ClientState, awareness_frame
from forge.collab.room.presence import MAX_CLIENTS_PER_SOCKET, OtherProcess, Presence
from tests.support.cases import each_case
from tests.support.clients.yjs_socket import YjsClient

MIKA: dict[str, Any] = {"id": str(uuid.uuid4()), "name": "Mika", "initials": "MI", "colour": 1}
JO: dict[str, Any] = {"id": str(uuid.uuid4()), "name": "Jo", "initials": "JO", "colour": 2}
ABSENT = "null"


def sent_state(client: int, clock: int, file: str = "a", user: Any = None) -> ClientState:
    """The state of itself that a client sends."""
    return ClientState(client, clock, json.dumps({"file": file, **({"user": user} if user else {})}))


def relayed(client: int, clock: int, person: Any, file: str = "a") -> ClientState:
    """The state of it that others get."""
    return ClientState(client, clock, json.dumps({"file": file, "user": person}, separators=(",", ":")))


def test_what_is_news_is_told_on_with_the_person_written_in() -> None:
    presence = Presence()
    assert presence.receive("a", MIKA, [sent_state(1, 1)]) == (relayed(1, 1, MIKA),)
    assert presence.receive("a", MIKA, [sent_state(1, 1), sent_state(1, 0)]) == ()
    assert presence.receive("a", MIKA, [sent_state(1, 2, "b")]) == (relayed(1, 2, MIKA, "b"),)
    assert presence.everyone() == (relayed(1, 2, MIKA, "b"),)


@pytest.mark.protects("live/cursor-names")
def test_who_somebody_is_is_not_theirs_to_say() -> None:
    presence = Presence()
    assert presence.receive("a", MIKA, [sent_state(1, 1, user=JO)]) == (relayed(1, 1, MIKA),)


@each_case("state", ['"here"', "7", "[]", "true"])
def test_a_state_that_is_no_object_is_dropped(state: str) -> None:
    presence = Presence()
    assert presence.receive("a", MIKA, [ClientState(1, 1, state)]) == ()
    assert presence.everyone() == ()


def test_a_socket_that_repeats_what_it_heard_is_not_told_on() -> None:
    presence = Presence()
    presence.receive("a", MIKA, [sent_state(1, 5)])
    assert presence.receive("b", JO, [sent_state(1, 5), ClientState(1, 9, ABSENT), sent_state(1, 9, "not me")]) == ()
    assert presence.everyone() == (relayed(1, 5, MIKA),)


def test_who_comes_back_takes_the_clients_of_the_old_connection() -> None:
    presence = Presence()
    presence.receive("old", MIKA, [sent_state(1, 5)])
    assert presence.receive("new", MIKA, [sent_state(1, 6)]) == (relayed(1, 6, MIKA),)
    assert presence.leave("old") == ()
    assert presence.leave("new") == (ClientState(1, 7, ABSENT),)


def test_who_comes_back_with_the_clock_of_before_is_seen_at_once() -> None:
    presence = Presence()
    presence.receive("old", MIKA, [sent_state(1, 5)])
    assert presence.leave("old") == (ClientState(1, 6, ABSENT),)
    assert presence.receive("new", MIKA, [sent_state(1, 5)]) == (relayed(1, 7, MIKA),)
    assert presence.receive("new", MIKA, [sent_state(1, 6, "b")]) == (relayed(1, 8, MIKA, "b"),)


def test_who_leaves_is_gone_for_the_others() -> None:
    presence = Presence()
    presence.receive("a", MIKA, [sent_state(1, 5)])
    assert presence.receive("a", MIKA, [ClientState(1, 6, ABSENT)]) == (ClientState(1, 6, ABSENT),)
    assert presence.everyone() == ()
    assert presence.leave("a") == ()


@pytest.mark.slow
@pytest.mark.protects("live/presence-floods")
def test_a_socket_speaks_for_a_few_clients_only() -> None:
    presence = Presence()
    presence.receive("a", MIKA, [sent_state(client, 1) for client in range(1000)])
    assert len(presence.everyone()) == MAX_CLIENTS_PER_SOCKET


def test_the_people_of_another_process_are_there_until_it_says_otherwise_or_is_gone() -> None:
    presence, other = Presence(), OtherProcess("b")
    presence.receive("a", MIKA, [sent_state(1, 1)])
    theirs = (relayed(2, 1, JO), relayed(3, 1, JO))
    assert presence.receive_from_process(other, theirs, are_all=True) == theirs
    assert presence.receive_from_process(other, theirs, are_all=True) == ()
    assert presence.here() == (relayed(1, 1, MIKA),)
    assert presence.receive_from_process(other, theirs[:1], are_all=True) == (ClientState(3, 2, ABSENT),)
    assert presence.leave(other) == (ClientState(2, 2, ABSENT),)
    assert presence.everyone() == (relayed(1, 1, MIKA),)


def test_who_comes_back_from_a_process_that_died_is_told_of_at_once() -> None:
    presence = Presence()
    presence.receive_from_process(OtherProcess("one"), [relayed(1, 5, MIKA)], are_all=True)
    assert presence.receive("a", MIKA, [sent_state(1, 3)]) == ()
    assert presence.receive("a", MIKA, [sent_state(1, 3), sent_state(2, 3)], is_first=True) == (relayed(2, 3, MIKA),)
    assert presence.receive("b", MIKA, [sent_state(1, 3)], is_first=True) == (relayed(1, 6, MIKA),)
    assert presence.leave(OtherProcess("one")) == ()


@pytest.mark.protects("live/presence-floods")
def test_another_process_does_not_speak_for_the_people_here() -> None:
    presence = Presence()
    presence.receive("a", MIKA, [sent_state(1, 5)])
    other = OtherProcess("b")
    assert presence.receive_from_process(other, [relayed(1, 4, MIKA), ClientState(1, 9, ABSENT)], are_all=True) == ()
    assert presence.everyone() == (relayed(1, 5, MIKA),)


def test_who_comes_back_to_another_process_is_taken_over_there() -> None:
    presence = Presence()
    presence.receive_from_process(OtherProcess("dead"), [relayed(1, 5, MIKA)], are_all=True)
    assert presence.receive("new", JO, [sent_state(1, 9)]) == ()
    # Another tab of the same person repeats what it heard: it does not speak for the first.
    assert presence.receive("tab", MIKA, [sent_state(1, 5)]) == ()
    assert presence.receive("new", MIKA, [sent_state(1, 6)]) == (relayed(1, 6, MIKA),)
    assert presence.leave(OtherProcess("dead")) == ()


@pytest.mark.protects("live/unreadable-presence")
def test_no_clock_is_told_on_that_grows_past_what_browsers_read() -> None:
    presence = Presence()
    assert presence.receive("a", MIKA, [sent_state(1, 2**53 - 1)]) == ()
    assert presence.everyone() == ()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("server")
async def test_people_see_each_other_come_and_go(project: Any, owner: Any, viewer: Any) -> None:
    async with YjsClient(owner, project) as one:
        await one.be_present(7, 1, {"user": {"name": "Somebody else"}, "file": "f"})
        mika = {"id": str(owner.pk), "name": "Mika Kallio", "initials": owner.initials, "colour": owner.colour}
        async with YjsClient(viewer, project) as watching:
            await watching.until(lambda: watching.present.get(7) == {"user": mika, "file": "f"})
            await watching.be_present(8, 1, {"cursor": {"anchor": 1}})
            await one.until(lambda: 8 in one.present)
            assert one.present[8]["user"]["id"] == str(viewer.pk)
        await one.until(lambda: one.present.get(8) is None and 8 in one.present)
        assert 7 not in one.present  # nobody hears of themselves


@pytest.mark.protects("live/presence-floods")
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("numbers", [[], [1e20] * 1000])
async def test_who_repeats_the_long_state_of_another_stays(
    project: Any, owner: Any, viewer: Any, numbers: list[float]
) -> None:
    async with YjsClient(owner, project) as one, YjsClient(viewer, project) as long:
        room = STATE_LIMIT - 2 - len(json.dumps({"numbers": numbers, "text": ""}))
        await long.be_present(8, 1, {"numbers": numbers, "text": "x" * room})
        while b"text" not in (frame := (await one.message())["bytes"]):
            pass
        # A browser writes such a number in full.
        state = frame[frame.index(b"{") :].decode().replace("1e+20", str(10**20))
        assert len(state) > STATE_LIMIT
        await one.send(awareness_frame([ClientState(8, 1, state)]))
        await one.be_present(7, 1, {"file": "f"})
        await long.until(lambda: long.present.get(7, {}).get("file") == "f")
