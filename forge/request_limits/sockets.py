"""Limits of the WebSockets that may be open, and of how fast they are opened: of one address until a person is known,
and then of that person.

Few join at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from forge.collab.closing import Closing
from forge.core.allocations import Allocations, NothingLeft, OverLimit
from forge.core.http.asgi.lifespan import Receive, Scope, Send
from forge.request_limits.addresses import party_of
from forge.request_limits.capacity import Capacity
from forge.request_limits.joins import Join, JoinQueue
from forge.request_limits.rate_limiter import RateLimiter, TooFast
from forge.request_limits.refusals import client_of

ADDRESS_RATE, ADDRESS_BURST = 50.0, 200
"""Handshakes of one address in a second, and at once: a class that comes back after a restart has one address."""
PERSON_RATE, PERSON_BURST = 10.0, 60
"""The same of one person, whose windows have three or four sockets each."""
LONGEST_WAIT = 5.0
"""Seconds that a handshake waits for its turn; one that would wait longer is refused."""
REFUSAL_DELAY = 1.0
"""Seconds before a refusal is answered: a program that tries again at once is slowed down by that."""
_REASON = "You have too many pages of this server open. Close some, and reload this one."
_TOO_FAST = "Too many connections in a short time. Try again in some seconds."
_PERSON_KNOWN = "forge.request_limits.known"
"""The key in the scope of the function to call once the person is known."""
_JOIN = "forge.request_limits.join"
"""The key in the scope of the place among those who join."""

LimitOfPerson = Callable[[Any], Awaitable[int]]
"""How many sockets a user may have open."""


class SocketGate:
    """ASGI middleware around the sign-in: counts by address the handshakes, and the sockets of nobody."""

    def __init__(self, application: Any, capacity: Capacity) -> None:
        self._application = application
        self._limit = capacity.sockets_of_address
        self._allocations = Allocations(capacity.connections)
        self._limiter = RateLimiter(ADDRESS_RATE, ADDRESS_BURST, LONGEST_WAIT)
        self._queue = JoinQueue()

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
            await self._join({**scope, _PERSON_KNOWN: release}, party, receive, send)
        finally:
            release()

    async def _join(self, scope: Scope, party: str, receive: Receive, send: Send) -> None:
        try:
            await asyncio.sleep(self._limiter.reserve(party))
        except TooFast:
            await _close(receive, send, Closing.TOO_FAST, _TOO_FAST)
            return
        join = self._queue.join()
        await join.enter()
        try:
            await self._application({**scope, _JOIN: join}, join.receiving(receive), send)
        finally:
            join.leave()


class PersonSocketGate:
    """ASGI middleware inside the sign-in: counts a person's sockets. One who is nobody stays counted by address."""

    def __init__(self, application: Any, limit_of: LimitOfPerson) -> None:
        self._application = application
        self._limit_of = limit_of
        self._allocations = Allocations(None)
        self._limiter = RateLimiter(PERSON_RATE, PERSON_BURST, LONGEST_WAIT)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        user = scope["user"]
        if not user.is_authenticated:
            await self._application(scope, receive, send)
            return
        try:
            await self._wait(scope[_JOIN], self._limiter.reserve(user.pk))
        except TooFast:
            scope[_JOIN].leave()  # A refusal waits, and nobody else with it.
            await _close(receive, send, Closing.TOO_FAST, _TOO_FAST)
            return
        limit = await self._limit_of(user)
        try:
            self._allocations.allocate(user.pk, 1, limit)
        except OverLimit:
            scope[_JOIN].leave()
            await _close(receive, send, Closing.TOO_MANY, _REASON)
            return
        scope[_PERSON_KNOWN]()
        try:
            await self._application(scope, receive, send)
        finally:
            self._allocations.release(user.pk, 1)

    async def _wait(self, join: Join, seconds: float) -> None:
        """Waits without keeping others from joining."""
        if seconds:
            join.leave()
            await asyncio.sleep(seconds)
            await join.enter()


async def _close(receive: Receive, send: Send, code: int, reason: str) -> None:
    """Accepts the socket before it refuses it: a browser tells a page nothing about a refused handshake."""
    await receive()
    await asyncio.sleep(REFUSAL_DELAY)
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": code, "reason": reason})


async def _turn_away(receive: Receive, send: Send) -> None:
    await receive()  # the request to connect; closing before it is granted answers 403
    await asyncio.sleep(REFUSAL_DELAY)
    await send({"type": "websocket.close"})
