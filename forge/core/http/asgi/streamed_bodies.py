"""The body of a request as a file that a view reads while it comes, so that none of it is kept before the view has
decided. Not for ordinary requests: Django keeps those first.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import MutableMapping
from concurrent.futures import Future
from http import HTTPStatus
from typing import Any

from forge.core.http.asgi.lifespan import Receive

AHEAD_BYTES = 256 * 1024
"""Bytes that are collected while the view works on those before them."""


class BodyStopped(Exception):
    """A body ended before all of it came. `status` and the text are the answer that its sender gets."""

    status = HTTPStatus.BAD_REQUEST


class StreamedBody(io.RawIOBase):
    """A body that is read once, from a thread, while the event loop receives it.

    Called, it is the `receive` of ASGI for a caller that waits for the client to leave: it answers once the body is
    whole.
    """

    def __init__(self, receive: Receive) -> None:
        """Prepares a body for the event loop's thread."""
        super().__init__()
        self._receive = receive
        self._loop = asyncio.get_running_loop()
        self._next: Future[bytes] | None = None
        self._buffer = b""
        self._body_end = asyncio.Event()
        self.is_whole = False
        """Whether its last byte came."""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Reads at most so many bytes; all for a negative size. Raises `BodyStopped`, and what `receive` raises."""
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(AHEAD_BYTES), b""))
        if not self._buffer:
            self._buffer = self._following()
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data

    def close(self) -> None:
        if self._next is not None:
            self._next.cancel()
        super().close()

    async def __call__(self) -> MutableMapping[str, Any]:
        await self._body_end.wait()
        return await self._receive()

    async def drop(self, most: int) -> None:
        """Receives what the view left, at most so many bytes, and forgets it."""
        if self._next is not None:
            await asyncio.wrap_future(self._next)
        while not self.is_whole and most > 0:
            most -= len(await self._collect(1))

    def _following(self) -> bytes:
        data = b"" if self.is_whole and self._next is None else (self._next or self._begin()).result()
        self._next = self._begin() if data and not self.is_whole else None
        return data

    def _begin(self) -> Future[bytes]:
        return asyncio.run_coroutine_threadsafe(self._collect(AHEAD_BYTES), self._loop)

    async def _collect(self, enough: int) -> bytes:
        """Some bytes, as many as are enough unless the body ends before."""
        pieces: list[bytes] = []
        size = 0
        while size < enough and not self.is_whole:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise BodyStopped("The connection was closed before all bytes came.")
            piece = message.get("body", b"")
            pieces.append(piece)
            size += len(piece)
            if not message.get("more_body", False):
                self.is_whole = True
                self._body_end.set()
        return b"".join(pieces)
