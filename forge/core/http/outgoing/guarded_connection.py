"""Connections to addresses that people typed.

The name is resolved once, and what it resolved to is connected to, if all of it is public: a name that leads elsewhere
a moment later gains nothing. Nothing waits beyond a deadline, however slowly the other end sends.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore

from forge.core.http.outgoing.public_addresses import Resolve, is_public


class NotPublic(Exception):
    """The host has an address that is inside of a network."""


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to the address that was checked, and to no other. `anywhere` allows addresses that are not public;
    `deadline` is a time of `time.monotonic`."""

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
                f"{host} is {inside[0]}, which is in a private network. This server connects to public addresses only."
            )
        last_error: Exception = httpcore.ConnectError(f"{host} has no address.")
        for index, address in enumerate(addresses):
            try:
                # An address that does not answer leaves the others their share of the time.
                share = _left(self._deadline, httpcore.ConnectTimeout) / (len(addresses) - index)
                stream = httpcore.SyncBackend().connect_tcp(str(address), port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last_error = error
            else:
                return _InTime(stream, self._deadline)
        raise last_error


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
        raise error("The connection timed out.")
    return left
