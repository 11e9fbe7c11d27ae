"""Taking connections from the listening socket, so that each is counted before a byte, and before TLS, is agreed on.

asyncio's own server tells of a TLS connection only when its keys are agreed on, so that anyone could hold as many as
there are descriptors; and it stops listening for good once there are none.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

from forge.request_limits.connection_limits import ConnectionLimiter
from forge.request_limits.protocols import HEADER_TIMEOUT_SECONDS, LimitedHttpProtocol

ACCEPT_BATCH = 8
"""Connections that are taken before the loop does other work: the first bytes of all of them are read in one go."""
RETRY_SECONDS = 0.1
"""Seconds until the next try, where the system has no descriptor for another connection."""

_NO_DESCRIPTOR = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_log = logging.getLogger(__name__)


def tls_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Returns the TLS context of a server with this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


class Acceptor:
    """Takes the connections of one listening socket. Used on the event loop's thread alone."""

    def __init__(
        self,
        listening: socket.socket,
        make: Callable[[], LimitedHttpProtocol],
        limiter: ConnectionLimiter,
        context: ssl.SSLContext | None,
    ) -> None:
        self._listening, self._make, self._limiter, self._context = listening, make, limiter, context
        self._loop = asyncio.get_running_loop()
        self._opening: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self._listening.setblocking(False)
        self._loop.add_reader(self._listening, self._accept)

    def stop(self) -> None:
        """Takes no more connections; those that are open stay."""
        self._loop.remove_reader(self._listening)

    def _accept(self) -> None:
        for _ in range(ACCEPT_BATCH):
            try:
                connection, _ = self._listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in _NO_DESCRIPTOR:
                    raise
                _log.error("No connection can be taken: %s", error)
                self.stop()
                self._loop.call_later(RETRY_SECONDS, self._resume)
                return
            connection.setblocking(False)
            task = self._loop.create_task(self._open(connection))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    def _resume(self) -> None:
        if self._listening.fileno() >= 0:
            self.start()

    async def _open(self, connection: socket.socket) -> None:
        # Errors of TLS are among those of the system: the other end left, or speaks something else.
        with contextlib.suppress(OSError):
            if self._context is None:
                await self._loop.connect_accepted_socket(self._make, connection)
            else:
                await self._agree_on_keys(connection, self._context)

    async def _agree_on_keys(self, connection: socket.socket, context: ssl.SSLContext) -> None:
        handshake = Handshake(connection)
        if not self._limiter.admit(handshake):
            connection.close()
            return

        def end() -> None:
            if handshake.is_admitted:
                handshake.is_admitted = False
                self._limiter.leave(handshake)

        protocol = self._make()
        protocol.on_entering = end
        try:
            await self._loop.connect_accepted_socket(
                lambda: protocol, connection, ssl=context, ssl_handshake_timeout=HEADER_TIMEOUT_SECONDS
            )
        finally:
            end()


class Handshake:
    """A connection that is inside the limiter and has no keys yet."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.is_admitted = True
        try:
            self.address = str(connection.getpeername()[0])
        except OSError:
            self.address = ""

    def drop(self) -> None:
        self.is_admitted = False
        with contextlib.suppress(OSError):  # it may have left already
            self._connection.shutdown(socket.SHUT_RDWR)
