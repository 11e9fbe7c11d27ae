"""Sends one message to a foreign address, and reads the beginning of the answer. Nothing here knows a table.

It connects to public addresses alone (`forge.core.http.outgoing.guarded_connection`) and follows no redirect. All of
it takes `LIMIT` seconds at most. Certificates are checked for the name.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpcore

from forge.core.http.outgoing.guarded_connection import GuardedBackend, NotPublic
from forge.core.http.outgoing.public_addresses import Resolve, resolve

LIMIT = 15.0
"""Seconds from resolving to the last byte that is read; the system's resolver has limits of its own."""
READ_LIMIT = 2_000
"""Bytes of an answer that are read."""


@dataclass(frozen=True)
class ReceiverAnswer:
    """The result of an attempt: a status and the beginning of the body, or the reason why there is none."""

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
    backend = GuardedBackend(anywhere, resolving, start + limit)

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
    body = b""
    for chunk in chunks:
        body += chunk
        if len(body) >= READ_LIMIT:
            break
    return body[:READ_LIMIT].decode("utf-8", "replace").replace("\0", "\ufffd")
