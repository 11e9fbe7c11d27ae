"""Sends messages on a socket of a live document: directly where the server can, else by a task."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from forge.core.http.asgi.sockets import Write, write_of


class Outbox(Protocol):
    """The way out of one socket, in order; a sender that puts into it never waits."""

    def put(self, message: bytes) -> int:
        """Sends a message, soon; answers how many bytes wait to leave."""
        ...

    async def emptied(self) -> None:
        """Returns once all that was put before was handed on."""
        ...

    def end(self) -> None:
        """Sends nothing more."""
        ...


Send = Callable[[dict[str, Any]], Awaitable[None]]


def outbox(scope: Mapping[str, Any], send: Send) -> Outbox:
    """The way out of a socket that was accepted."""
    write = write_of(scope)
    return QueuedOutbox(send) if write is None else DirectOutbox(write)


class DirectOutbox:
    """Hands messages to the connection, which keeps what the client does not take yet."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def put(self, message: bytes) -> int:
        return self._write(message)

    async def emptied(self) -> None:
        """Returns at once: the outbox keeps nothing."""

    def end(self) -> None:
        """Ends the socket. The server already closed it, so nothing is written."""


class QueuedOutbox:
    """A queue of outgoing messages for any ASGI server: a slow client holds up its own task and nobody else."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._messages: asyncio.Queue[bytes] = asyncio.Queue()
        self._waiting = 0
        self._task = asyncio.create_task(self._send_all())

    def put(self, message: bytes) -> int:
        self._waiting += len(message)
        self._messages.put_nowait(message)
        return self._waiting

    async def emptied(self) -> None:
        await self._messages.join()

    def end(self) -> None:
        self._task.cancel()

    async def _send_all(self) -> None:
        while True:
            message = await self._messages.get()
            await self._send({"type": "websocket.send", "bytes": message})
            self._waiting -= len(message)
            self._messages.task_done()
