"""uvicorn's protocols with limits on time and size: headers that do not end, and answers that nobody reads.

Bodies are held to their pace by `forge.request_limits.bodies`, which knows who sends them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from forge.core.http.asgi.sockets import SocketProtocol
from forge.request_limits.connection_limits import ConnectionLimiter

HEADER_TIMEOUT_SECONDS = 10.0
"""The seconds in which a request's headers must be complete, from the connection on or from their first byte."""
HEADER_BYTES = 65_536
"""The header bytes of a request's line and headers."""
READ_TIMEOUT_SECONDS = 60.0
READ_BYTES = 32_768
"""A client to which an answer waits takes so many bytes of it in so many seconds, or is closed."""

_NO_ROOM = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 56\r\n"
    b"Retry-After: 5\r\nConnection: close\r\n\r\nToo many connections are open. Close some and try again."
)


class LimitedWebSocketProtocol(SocketProtocol):
    """A WebSocket whose connection came through the limiter."""

    http_protocol: LimitedHttpProtocol

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.http_protocol.connection_closed()


class LimitedHttpProtocol(HttpToolsProtocol):
    """An HTTP connection that came through the limiter."""

    limiter: ConnectionLimiter
    """Set by `protocol_for`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on_entering: Callable[[], None] | None = None
        """A function that is called before the connection comes through the limiter, and frees its earlier place."""
        self._is_admitted = False
        self._deadline: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._in_request = False
        self._reading_headers = True
        self._header_bytes = 0
        self._requests = 0

    @property
    def address(self) -> str:
        return self.client[0] if self.client else ""

    def drop(self) -> None:
        self._is_admitted = False
        self.transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self.on_entering is not None:
            self.on_entering()
        self._is_admitted = self.limiter.admit(self)
        if self._is_admitted:
            self._expect_headers()
        else:
            transport.write(_NO_ROOM)
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        for timer in (self._deadline, self._unread):
            if timer is not None:
                timer.cancel()
        self.connection_closed()

    def connection_closed(self) -> None:
        """The connection is closed, by HTTP or by the socket that it became."""
        if self._is_admitted:
            self._is_admitted = False
            self.limiter.leave(self)

    def data_received(self, data: bytes) -> None:
        if not self._is_admitted:
            return
        if not self._in_request and self._deadline is None:
            self._expect_headers()
        before = self._reading_headers, self._requests
        super().data_received(data)
        # The parser keeps what it has of a header until its end. A request may follow one that is not answered yet.
        if before == (True, self._requests):
            self._header_bytes += len(data)
            if self._header_bytes > HEADER_BYTES:
                self._refuse_headers(b"431 Request Header Fields Too Large")

    def on_headers_complete(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        self._requests += 1
        self._reading_headers, self._header_bytes = False, 0
        self._in_request = True
        self.limiter.begin(self)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._reading_headers = True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        is_last = not self.pipeline
        super().on_response_complete()
        if is_last and self._is_admitted and not self.transport.is_closing():
            self._in_request = False
            self.limiter.end(self)

    def handle_websocket_upgrade(self) -> None:
        super().handle_websocket_upgrade()
        # The connection is the socket's now, which tells when it is closed.
        cast(LimitedWebSocketProtocol, self.transport.get_protocol()).http_protocol = self

    def pause_writing(self) -> None:
        super().pause_writing()
        self._expect_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _expect_reading(self) -> None:
        waiting = self.transport.get_write_buffer_size()
        self._unread = self.loop.call_later(READ_TIMEOUT_SECONDS, self._check_reading, waiting)

    def _check_reading(self, before: int) -> None:
        if before - self.transport.get_write_buffer_size() < READ_BYTES:
            self.transport.abort()
        else:
            self._expect_reading()

    def _expect_headers(self) -> None:
        self._deadline = self.loop.call_later(HEADER_TIMEOUT_SECONDS, self._refuse_headers, b"408 Request Timeout")

    def _refuse_headers(self, status: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            self.transport.close()


def protocol_for(limiter: ConnectionLimiter) -> type[LimitedHttpProtocol]:
    """The protocol of a server whose connections come through this limiter: uvicorn takes a class."""
    return type("LimitedHttpProtocol", (LimitedHttpProtocol,), {"limiter": limiter})
