"""WebSockets with a synchronous write: uvicorn's protocol with an ASGI extension.

ASGI's `send` is a coroutine through several layers, which is too slow for sending each keystroke to everyone in a room.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

EXTENSION = "hammer-forge.write"
"""The key in the scope's `extensions`, on servers that have it: a `Write`."""

Write = Callable[[bytes], int]
"""Writes a binary message after all that was sent before, without waiting; answers how many bytes wait to leave.

Nothing is written on a socket that is closed or closing. Called on the event loop's thread, once it is accepted.
"""

_BINARY = 0x82
"""The first byte of a binary message in one frame (RFC 6455, 5.2)."""


class SocketProtocol(WebSocketsSansIOProtocol):
    """Offers `EXTENSION`. Messages are not compressed: what is agreed on with the client must not need that."""

    async def run_asgi(self) -> None:
        extensions: dict[str, Any] = dict(self.scope["extensions"])
        self.scope["extensions"] = extensions | {EXTENSION: self._write}
        await super().run_asgi()

    def _write(self, message: bytes) -> int:
        is_open = self.handshake_complete and not (self.close_sent or self.disconnected or self.transport.is_closing())
        if is_open:
            self.transport.write(frame_header(len(message)) + message)
        return self.transport.get_write_buffer_size()


def frame_header(size: int) -> bytes:
    """Returns the header of a binary message of this many bytes that a server sends in one frame."""
    if size < 126:
        return bytes((_BINARY, size))
    if size < 2**16:
        return bytes((_BINARY, 126)) + size.to_bytes(2, "big")
    return bytes((_BINARY, 127)) + size.to_bytes(8, "big")


def write_of(scope: Mapping[str, Any]) -> Write | None:
    """The socket's `Write`, where the server has it."""
    write: Write | None = (scope.get("extensions") or {}).get(EXTENSION)
    return write
