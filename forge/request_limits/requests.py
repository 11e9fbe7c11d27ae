"""Limits of the requests that may be under way at once: of one address, and in all.

Each may take a thread and open files. The devices of an address are counted apart from its people: a thousand may be
behind one address, where a power cut lets all of them ask at once.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from forge.core.allocations import Allocations, NothingLeft, OverLimit
from forge.core.http.asgi.lifespan import Receive, Scope, Send
from forge.request_limits.addresses import party_of
from forge.request_limits.capacity import Capacity
from forge.request_limits.refusals import RefusalResponse, client_of, refuse
from hmrd.protocol.addresses import ROOT, STOCK_ROOTS

HEALTH = "/healthz"
"""Answered here, without a thread and without the database: a monitor of the server must not take one that is busy,
or whose database is away, for one that is dead."""

_TOO_MANY = RefusalResponse(
    HTTPStatus.TOO_MANY_REQUESTS,
    "Too many requests",
    "Too many requests of your address are under way. Wait for their answers and try again.",
    retry_after=1,
)
_BUSY = RefusalResponse(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "The server is busy",
    "The server answers as many requests as it can. Try again in a moment.",
    retry_after=2,
)


class RequestGate:
    """ASGI middleware: answers 429 to an address with too many requests under way, and 503 where all have too many."""

    def __init__(self, application: Any, capacity: Capacity) -> None:
        self._application = application
        self._limit = capacity.requests_of_address
        self._device_limit = capacity.device_requests_of_address
        self._allocations = Allocations(capacity.requests)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        if scope["path"] == HEALTH:
            await _answer_health(send)
            return
        party, limit = party_of(client_of(scope)), self._limit
        if scope["path"].startswith((ROOT, *STOCK_ROOTS)):
            party, limit = f"devices of {party}", self._device_limit
        try:
            self._allocations.allocate(party, 1, limit)
        except (OverLimit, NothingLeft) as error:
            await refuse(scope, _TOO_MANY if isinstance(error, OverLimit) else _BUSY, receive, send)
            return
        try:
            await self._application(scope, receive, send)
        finally:
            self._allocations.release(party, 1)


async def _answer_health(send: Send) -> None:
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"3"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok\n"})
