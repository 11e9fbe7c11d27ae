"""How many WebSockets may be open: of one address until a person is known, and then of that person."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from forge.collab.closing import Closing
from forge.core.allocations import Allocations, NothingLeft, OverLimit
from forge.core.http.lifespan import Receive, Scope, Send
from forge.request_limits.addresses import party_of
from forge.request_limits.capacity import Capacity
from forge.request_limits.refusals import client_of

_REASON = "You have too many pages of this server open. Close some, and reload this one."
_KNOWN = "forge.request_limits.known"
"""In the scope: what is called once the person is known."""

LimitOfPerson = Callable[[Any], Awaitable[int]]
"""How many sockets a user may have open."""


class SocketGate:
    """ASGI middleware around the sign-in: counts by address the handshakes, and the sockets of nobody."""

    def __init__(self, application: Any, capacity: Capacity) -> None:
        self._application = application
        self._limit = capacity.sockets_of_address
        self._allocations = Allocations(capacity.connections)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        party = party_of(client_of(scope))
        count = 1

        def release() -> None:
            nonlocal count
            self._allocations.release(party, count)
            count = 0

        try:
            self._allocations.allocate(party, count, self._limit)
        except (OverLimit, NothingLeft):
            await _turn_away(receive, send)
            return
        try:
            await self._application({**scope, _KNOWN: release}, receive, send)
        finally:
            release()


class PersonSocketGate:
    """ASGI middleware inside the sign-in: counts a person's sockets. One who is nobody stays counted by address."""

    def __init__(self, application: Any, limit_of: LimitOfPerson) -> None:
        self._application = application
        self._limit_of = limit_of
        self._allocations = Allocations(None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        user = scope["user"]
        if not user.is_authenticated:
            await self._application(scope, receive, send)
            return
        limit = await self._limit_of(user)
        try:
            self._allocations.allocate(user.pk, 1, limit)
        except OverLimit:
            # Accepted before it is refused: a browser tells a page nothing about a refused handshake.
            await receive()
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.close", "code": Closing.TOO_MANY, "reason": _REASON})
            return
        scope[_KNOWN]()
        try:
            await self._application(scope, receive, send)
        finally:
            self._allocations.release(user.pk, 1)


async def _turn_away(receive: Receive, send: Send) -> None:
    await receive()  # the wish to connect; closing before it is granted answers 403
    await send({"type": "websocket.close"})
