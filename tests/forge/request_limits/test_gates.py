"""Requests and sockets under way are counted by address, and by person once one is known."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Any

import pytest

from forge.collab.closing import Closing
from forge.request_limits import sockets
from forge.request_limits.capacity import Capacity
from forge.request_limits.joins import AT_ONCE, JoinQueue
from forge.request_limits.rate_limiter import RateLimiter, TooFast
from forge.request_limits.requests import RequestGate
from forge.request_limits.sockets import PersonSocketGate, SocketGate
from hmrd.protocol.addresses import STATE


@pytest.fixture(autouse=True)
def refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "REFUSAL_DELAY", 0.0)


SMALL = Capacity(
    connections=6,
    connections_of_address=4,
    requests=3,
    requests_of_address=2,
    sockets_of_address=2,
    device_requests_of_address=2,
)


class _BlockingApp:
    """An application that answers on request."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.inside = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.inside += 1
        await self.go.wait()
        self.inside -= 1
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"ok"})


@dataclass(frozen=True)
class _User:
    pk: int
    is_authenticated: bool = True


async def _ask(gate: Any, address: str, **more: Any) -> list[Any]:
    messages: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        messages.append(message)

    scope = {"type": "http", "path": "/", "headers": [], "client": (address, 1), **more}
    await gate(scope, receive, send)
    return messages


async def _turn() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.mark.protects("availability/many-requests")
async def test_an_address_has_a_few_requests_under_way_and_leaves_room_for_others() -> None:
    app = _BlockingApp()
    gate = RequestGate(app, SMALL)
    two = [asyncio.create_task(_ask(gate, "10.0.0.2")) for _ in range(2)]
    await _turn()
    response = await _ask(gate, "10.0.0.2")
    assert response[0]["status"] == 429
    assert (b"retry-after", b"1") in response[0]["headers"]
    other = asyncio.create_task(_ask(gate, "10.0.0.1"))
    await _turn()
    assert app.inside == 3
    assert (await _ask(gate, "10.0.0.3"))[0]["status"] == 503
    health = asyncio.create_task(_ask(gate, "10.0.0.3", path="/healthz"))
    app.go.set()
    assert [answer[0]["status"] for answer in await asyncio.gather(*two, other, health)] == [200] * 4
    assert (await _ask(gate, "10.0.0.2"))[0]["status"] == 200


@pytest.mark.protects("devices/floods")
async def test_a_depot_of_devices_and_the_people_beside_it_do_not_wait_for_each_other() -> None:
    app = _BlockingApp()
    gate = RequestGate(app, replace(SMALL, requests=6, device_requests_of_address=3))
    three = [asyncio.create_task(_ask(gate, "10.0.0.2", path=STATE)) for _ in range(3)]
    await _turn()
    assert (await _ask(gate, "10.0.0.2", path=STATE))[0]["status"] == 429
    people = [asyncio.create_task(_ask(gate, "10.0.0.2")) for _ in range(2)]
    elsewhere = asyncio.create_task(_ask(gate, "10.0.0.3", path=STATE))
    await _turn()
    assert app.inside == 6
    app.go.set()
    assert [answer[0]["status"] for answer in await asyncio.gather(*three, elsewhere, *people)] == [200] * 6


def _sockets(application: Any) -> SocketGate:
    async def limit_of(user: Any) -> int:
        return 3

    return SocketGate(PersonSocketGate(application, limit_of), SMALL)


async def test_sockets_of_nobody_are_counted_by_address() -> None:
    app = _BlockingApp()
    gate = _sockets(app)
    nobody = {"type": "websocket", "user": _User(0, is_authenticated=False)}
    two = [asyncio.create_task(_ask(gate, "10.0.0.2", **nobody)) for _ in range(2)]
    await _turn()
    assert (await _ask(gate, "10.0.0.2", **nobody)) == [{"type": "websocket.close"}]
    app.go.set()
    await asyncio.gather(*two)
    assert (await _ask(gate, "10.0.0.2", **nobody)) == []


@pytest.mark.protects("availability/many-sockets")
async def test_sockets_of_a_person_are_counted_for_them_wherever_they_are() -> None:
    app = _BlockingApp()
    gate = _sockets(app)
    # More than one address may have of strangers: those of a known person are not counted there.
    mika = {"type": "websocket", "user": _User(1)}
    three = []
    for _ in range(3):
        three.append(asyncio.create_task(_ask(gate, "10.0.0.2", **mika)))
        await _turn()
    assert app.inside == 3
    opening, closing = await _ask(gate, "10.0.0.9", **mika)
    assert (opening["type"], closing["code"]) == ("websocket.accept", Closing.TOO_MANY)
    assert len(closing["reason"].encode()) <= 123
    jo = asyncio.create_task(_ask(gate, "10.0.0.2", type="websocket", user=_User(2)))
    await _turn()
    assert app.inside == 4
    app.go.set()
    await asyncio.gather(*three, jo)


class _Accepting:
    """An application whose sockets join and stay; counts those that are joining."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.joining = self.most = self.open = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        self.joining += 1
        self.most = max(self.most, self.joining)
        await self.go.wait()
        self.joining -= 1
        await send({"type": "websocket.accept"})
        self.open += 1
        await receive()


@pytest.mark.protects("availability/reconnecting-sockets")
async def test_few_sockets_join_at_once_and_all_get_their_turn() -> None:
    app = _Accepting()
    gate = SocketGate(app, Capacity(100, 100, 100, 100, 100, 100))
    handshakes = [asyncio.create_task(_ask(gate, "10.0.0.2", type="websocket")) for _ in range(20)]
    await _turn()
    assert app.joining == AT_ONCE
    app.go.set()
    await asyncio.gather(*handshakes)
    assert (app.open, app.most) == (20, AT_ONCE)


@pytest.mark.protects("availability/reconnecting-sockets")
@pytest.mark.parametrize(("burst", "limit"), [(0, 3), (60, 0)])
async def test_a_person_who_is_refused_delays_nobody_who_joins(
    monkeypatch: pytest.MonkeyPatch, burst: int, limit: int
) -> None:
    async def limit_of(user: Any) -> int:
        return limit if user.pk == 1 else 3

    monkeypatch.setattr(sockets, "REFUSAL_DELAY", 60.0)
    app = _BlockingApp()
    persons = PersonSocketGate(app, limit_of)
    persons._limiter = RateLimiter(0.001, burst, 0.0)
    gate = SocketGate(persons, Capacity(100, 100, 100, 100, 100, 100))
    tasks = [asyncio.create_task(_ask(gate, "10.0.0.2", type="websocket", user=_User(1))) for _ in range(AT_ONCE)]
    await _turn()
    persons._limiter = RateLimiter(10.0, 60, 5.0)
    other = asyncio.create_task(_ask(gate, "10.0.0.1", type="websocket", user=_User(2)))
    await _turn()
    assert app.inside == 1
    for each in (*tasks, other):
        each.cancel()


@pytest.mark.protects("availability/reconnecting-sockets")
async def test_an_address_that_connects_too_fast_is_closed_with_a_code_and_others_are_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sockets, "ADDRESS_BURST", 5)
    monkeypatch.setattr(sockets, "LONGEST_WAIT", 0.0)
    app = _Accepting()
    app.go.set()
    gate = SocketGate(app, Capacity(100, 100, 100, 100, 100, 100))
    answers = [await _ask(gate, "10.0.0.2", type="websocket") for _ in range(8)]
    codes = [answer[-1].get("code") for answer in answers]
    assert codes == [None] * 5 + [Closing.TOO_FAST] * 3
    assert answers[-1][0]["type"] == "websocket.accept"
    other = await _ask(gate, "10.0.0.9", type="websocket")
    assert [message["type"] for message in other] == ["websocket.accept"]


@pytest.mark.protects("availability/reconnecting-sockets")
async def test_a_person_who_connects_too_fast_is_closed_from_any_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "PERSON_BURST", 2)
    monkeypatch.setattr(sockets, "LONGEST_WAIT", 0.0)
    app = _Accepting()
    app.go.set()
    gate = _sockets(app)
    answers = [await _ask(gate, f"10.0.1.{number}", type="websocket", user=_User(1)) for number in range(4)]
    assert [answer[-1].get("code") for answer in answers] == [None, None, Closing.TOO_FAST, Closing.TOO_FAST]
    assert (await _ask(gate, "10.0.1.1", type="websocket", user=_User(2)))[-1]["type"] == "websocket.accept"


async def test_a_join_that_takes_too_long_gives_its_place_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forge.request_limits.joins.LONGEST", 0.01)
    queue = JoinQueue(1)
    first, second = queue.join(), queue.join()
    await first.enter()
    await asyncio.wait_for(second.enter(), 5)
    first.leave()
    second.leave()
    third = queue.join()
    await asyncio.wait_for(third.enter(), 5)


def test_a_pace_gives_a_burst_then_one_after_another_and_refuses_a_long_wait() -> None:
    now = 100.0
    limiter = RateLimiter(rate=10.0, burst=3, longest=0.25, clock=lambda: now)
    assert [round(limiter.reserve("a"), 6) for _ in range(5)] == [0.0, 0.0, 0.0, 0.1, 0.2]
    with pytest.raises(TooFast):
        limiter.reserve("a")
    assert limiter.reserve("b") == 0.0
    now = 110.0
    assert limiter.reserve("a") == 0.0
