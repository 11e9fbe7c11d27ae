"""Bodies of requests: refused before they are read, or held to a pace and to a part of what fits.

Django reads a whole body, into a file once it is large, before any view sees it; so this stands in front of Django. Who
is not known sends little. What Content-Length says is believed first, then the bytes are counted as they come. A body
that its view reads while it comes has no limit here but its pace: the view compares it with a quota.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from forge.core.allocations import Allocations, NothingLeft, OverLimit
from forge.core.database.full_disk import is_full_disk
from forge.core.errors import DiskFull
from forge.core.http.asgi.lifespan import Receive, Scope, Send
from forge.request_limits.addresses import party_of
from forge.request_limits.refusals import RefusalResponse, RequestRefused, client_of, refuse
from forge.request_limits.sender_identity import Identify
from rune.wording import size_text

ANONYMOUS_BYTES = 64 * 1024
"""The most bytes of one body from a visitor who is not signed in: forms, and requests to the API."""
BODIES_PER_SENDER = 4
"""The number of the largest bodies that one person, or one address of visitors, may send at once."""
TOTAL_BODIES = 16
STREAMS_PER_SENDER = 16
"""Bodies that one person may stream at once: each takes a thread and a connection."""
TOTAL_STREAMS = 64
WINDOW_SECONDS = 15.0
"""Seconds in which something must come; what came earlier gives no more time than that."""
MIN_BYTES_PER_SECOND = 2000.0
"""Bytes a second that a body must come with, on the average of the window."""
_STEP = 1024 * 1024
"""Bytes that a body of unknown length asks for at once."""


@dataclass(frozen=True)
class Sender:
    """The sender of a body: the name under which it is counted, and its limit."""

    name: str
    limit: int | None
    """Bytes of one body; None where it is streamed."""
    over: RefusalResponse
    """The answer to a larger body."""


class BodyGate:
    """ASGI middleware: lets only those bodies pass that somebody may send, at a pace."""

    def __init__(
        self,
        application: Any,
        limit: int,
        identify: Identify,
        is_streamed: Callable[[Scope], bool] = lambda _: False,
        stranger_limit: Callable[[Scope], int] = lambda _: ANONYMOUS_BYTES,
    ) -> None:
        """No body has more than `limit` bytes, except those that are streamed, and none of somebody who is not known
        more than `stranger_limit` says for its address."""
        self._application = application
        self._limit = limit
        self._identify = identify
        self._is_streamed = is_streamed
        self._stranger_limit = stranger_limit
        self._allocations = Allocations(limit * TOTAL_BODIES)
        self._streams = Allocations(TOTAL_STREAMS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not has_body(scope):
            await self._application(scope, receive, send)
            return
        has_begun = False

        async def send_and_note(message: Any) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            sender = await self._sender(scope)
            with contextlib.closing(self._body(receive, sender)) as body:
                body.reserve(_content_length(scope))
                await self._application(scope, body.receive, send_and_note)
        except RequestRefused as error:
            if not has_begun:
                await refuse(scope, error.refusal, receive, send)
        except OSError as error:
            if has_begun or not is_full_disk(error):
                raise
            await refuse(scope, _FULL, receive, send)

    async def _sender(self, scope: Scope) -> Sender:
        """Returns the sender. Raises `RequestRefused` where the declared length is more than they may send."""
        length, is_streamed = _content_length(scope), self._is_streamed(scope)
        of_stranger = self._stranger_limit(scope)
        if length > self._limit and not is_streamed:
            raise RequestRefused(_too_large(self._limit))
        if length > of_stranger or _is_chunked(scope):
            person = await self._identify(scope)
            if person is not None:
                return Sender(person, None if is_streamed else self._limit, _too_large(self._limit))
        over = _SIGN_IN if of_stranger == ANONYMOUS_BYTES else _message_too_large(of_stranger)
        if length > of_stranger:
            raise RequestRefused(over)
        return Sender(party_of(client_of(scope)), of_stranger, over)

    def _body(self, receive: Receive, sender: Sender) -> _Body:
        if sender.limit is None:
            return _Body(receive, sender, self._streams, STREAMS_PER_SENDER)
        return _Body(receive, sender, self._allocations, self._limit * BODIES_PER_SENDER)


class _Body:
    """A body on its way. Closing it gives back what was reserved for it: bytes, or one stream."""

    def __init__(self, receive: Receive, sender: Sender, allocations: Allocations, part: int) -> None:
        self._receive, self._sender, self._allocations, self._part = receive, sender, allocations, part
        self._reserved_bytes = self._counted_bytes = 0
        self._is_whole = False
        self._seconds_left = WINDOW_SECONDS

    def reserve(self, size: int) -> None:
        """Asks for room for so many bytes in all. Raises `RequestRefused`."""
        size = size if self._sender.limit is not None else 1
        extra_bytes = size - self._reserved_bytes
        if extra_bytes <= 0:
            return
        try:
            self._allocations.allocate(self._sender.name, extra_bytes, self._part)
        except OverLimit:
            raise RequestRefused(_TOO_MANY) from None
        except NothingLeft:
            raise RequestRefused(_BUSY) from None
        self._reserved_bytes = size

    def close(self) -> None:
        self._allocations.release(self._sender.name, self._reserved_bytes)

    async def receive(self) -> Any:
        """The next part. Raises `RequestRefused` for what comes too slowly, or is more than was promised or allowed."""
        if self._is_whole:
            return await self._receive()  # which tells that the client is gone
        loop = asyncio.get_running_loop()
        begin = loop.time()
        try:
            async with asyncio.timeout(self._seconds_left):
                message = await self._receive()
        except TimeoutError:
            raise RequestRefused(_SLOW) from None
        size = len(message.get("body", b""))
        # The time that the reader takes between two parts is not the sender's.
        self._seconds_left = min(
            WINDOW_SECONDS, self._seconds_left - (loop.time() - begin) + size / MIN_BYTES_PER_SECOND
        )
        self._is_whole = not message.get("more_body", False)
        self._counted_bytes += size
        limit = self._sender.limit
        if limit is None:
            return message
        if self._counted_bytes > limit:
            raise RequestRefused(self._sender.over)
        if self._counted_bytes > self._reserved_bytes:
            self.reserve(min(self._counted_bytes + _STEP, limit))
        return message


def has_body(scope: Scope) -> bool:
    """Returns whether a request announces that bytes follow its headers."""
    return _is_chunked(scope) or _content_length(scope) > 0


def _content_length(scope: Scope) -> int:
    """Returns the value of Content-Length; 0 if it is not a number."""
    values = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(values[0]) if values and values[0].isdigit() else 0


def _is_chunked(scope: Scope) -> bool:
    """Returns whether a body comes whose length nobody knows."""
    return any(name == b"transfer-encoding" for name, _ in scope["headers"])


def _too_large(limit: int) -> RefusalResponse:
    return RefusalResponse(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "Too large",
        f"The limit is {size_text(limit)} for one request. Send something smaller, or raise UPLOAD_LIMIT.",
        more={"limit": limit},
    )


def _message_too_large(limit: int) -> RefusalResponse:
    """The refusal of a device's message, by a name that devices compare."""
    return RefusalResponse(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "Too large",
        f"The limit is {size_text(limit)} for one message. Report fewer events and a shorter log.",
        more={"limit": limit, "name": "message-too-large"},
    )


_SIGN_IN = RefusalResponse(
    HTTPStatus.UNAUTHORIZED,
    "Sign in first",
    f"Without signing in, a request may have at most {size_text(ANONYMOUS_BYTES)}. "
    "Sign in, or send a token: Authorization: Bearer <token>.",
)
_TOO_MANY = RefusalResponse(
    HTTPStatus.TOO_MANY_REQUESTS,
    "Too many uploads at once",
    "You have too many uploads at once. Wait until one has finished, then try again.",
    retry_after=5,
)
_BUSY = RefusalResponse(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "The server is busy",
    "The server is receiving as many uploads as it can. Try again in a moment.",
    retry_after=10,
)
_SLOW = RefusalResponse(
    HTTPStatus.REQUEST_TIMEOUT,
    "Too slow",
    f"The body came more slowly than {MIN_BYTES_PER_SECOND:.0f} bytes a second. Try again on a better connection.",
)
_FULL = RefusalResponse(HTTPStatus.INSUFFICIENT_STORAGE, DiskFull.title, DiskFull.DETAIL)
