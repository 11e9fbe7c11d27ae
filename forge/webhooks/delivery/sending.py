"""Sends one message to a foreign address, and reads the beginning of the answer. Nothing here knows a table.

The name is resolved once, and what it resolved to is connected to, if all of it is public: a name that leads elsewhere
a moment later gains nothing. Redirects are not followed. The whole takes `LIMIT` seconds at most, however slowly the
other end sends. Certificates are checked for the name.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpcore

from forge.webhooks.delivery.addresses import Resolve, is_public, resolve

LIMIT = 15.0
"""Seconds from resolving to the last byte that is read; the system's resolver has limits of its own."""
READ_LIMIT = 2_000
"""Bytes of an answer that are read."""


class NotPublic(Exception):
    """The host has an address that is inside of a network."""


@dataclass(frozen=True)
class ReceiverAnswer:
    """What came of an attempt: a status and the beginning of the body, or why there is none."""

    milliseconds: float
    status: int | None = None
    body: str = ""
    error: str = ""

    @property
    def is_accepted(self) -> bool:
        """Whether the receiver says that it has the message."""
        return self.status is not None and 200 <= self.status < 300


def send(
    url: str,
    headers: Mapping[str, str],
    body: str,
    *,
    anywhere: bool,
    resolving: Resolve = resolve,
    limit: float = LIMIT,
    trust: ssl.SSLContext | None = None,
) -> ReceiverAnswer:
    """Posts a body. Never raises: what went wrong is in the answer. `anywhere` allows addresses that are not public;
    `trust` says whose certificates are taken, those of the system without it."""
    start = time.monotonic()
    backend = _Checked(anywhere, resolving, start + limit)

    def answer(**values: Any) -> ReceiverAnswer:
        return ReceiverAnswer(round((time.monotonic() - start) * 1000, 1), **values)

    try:
        with (
            httpcore.ConnectionPool(network_backend=backend, ssl_context=trust or ssl.create_default_context()) as pool,
            pool.stream("POST", url, headers=list(headers.items()), content=body.encode()) as response,
        ):
            text = _beginning(response.iter_stream())
            redirect = "The answer is a redirect, which is not followed." if 300 <= response.status < 400 else ""
            return answer(status=response.status, body=text, error=redirect)
    except NotPublic as error:
        return answer(error=str(error))
    except httpcore.TimeoutException:
        return answer(error=f"There was no answer within {limit:g} seconds.")
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError, ValueError) as error:
        return answer(error=f"The message could not be sent: {error or type(error).__name__}"[:300])


def _beginning(chunks: Iterable[bytes]) -> str:
    """The beginning of a body, as text that a database takes."""
    received = b""
    for chunk in chunks:
        received += chunk
        if len(received) >= READ_LIMIT:
            break
    return received[:READ_LIMIT].decode("utf-8", "replace").replace("\0", "\ufffd")


class _Checked(httpcore.NetworkBackend):
    """Connects to the address that was checked, and to no other."""

    def __init__(self, anywhere: bool, resolving: Resolve, deadline: float) -> None:
        self._anywhere, self._resolving, self._deadline = anywhere, resolving, deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._resolving(host.strip("[]"), port)
        inside = [address for address in addresses if not is_public(address)]
        if inside and not self._anywhere:
            raise NotPublic(
                f"{host} is {inside[0]}, which is inside of a network. Messages are sent to public addresses."
            )
        failed: Exception = httpcore.ConnectError(f"{host} has no address.")
        for address in addresses:
            try:
                left = _left(self._deadline, httpcore.ConnectTimeout)
                stream = httpcore.SyncBackend().connect_tcp(str(address), port, left, local_address, socket_options)
            except httpcore.ConnectError as error:
                failed = error
            else:
                return _InTime(stream, self._deadline)
        raise failed


class _InTime(httpcore.NetworkStream):
    """A stream on which nothing waits beyond the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(self._deadline, httpcore.ConnectTimeout)
        return _InTime(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline: float, error: type[Exception]) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise error("The time is over.")
    return left
