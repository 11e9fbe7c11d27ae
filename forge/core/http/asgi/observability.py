"""Request ids, metrics and spans for operators.

Each response has an id, `X-Request-Id`, which its log lines and problems repeat.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterable, MutableMapping
from typing import Any

from prometheus_client import Counter, Gauge, Histogram

from forge.core.http.asgi.lifespan import Receive, Scope, Send
from forge.core.observability.log_context import request_id
from forge.core.observability.spans import RouteNote, request_span, route_note, span_ended

HEADER = b"x-request-id"
_FORM = re.compile(rb"[A-Za-z0-9_.-]{8,64}")
"""The allowed form of a request's id from a proxy; anything else could break a line of the log."""
_LONGEST_PARENT = 55
"""Characters of a `traceparent`."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


REQUESTS = Counter("forge_requests_total", "Answered requests.", ["method", "status"])
SECONDS = Histogram(
    "forge_request_seconds",
    "Seconds until an answer was complete.",
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100),
)
SOCKETS = Gauge("forge_sockets_open", "Open sockets of this process.")


def may_stay_cached(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Returns whether caches keep the answer for ever: then it is not the answer to one request, and names none."""
    return any(name == b"cache-control" and b"immutable" in value for name, value in headers)


class Observability:
    """The outermost ASGI middleware: sets the request id, and counts requests and sockets."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "websocket":
            request_id.set(_id_of(scope))
            with SOCKETS.track_inprogress():
                await self._application(scope, receive, send)
        else:
            await self._application(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = _id_of(scope)
        request_id.set(name)
        begin, status = time.perf_counter(), 0
        note, begin_time = RouteNote(), time.time_ns()
        route_note.set(note)

        async def send_with_id(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message.get("headers", ())]
                if not may_stay_cached(headers):
                    headers.append((HEADER, name.encode()))
                message = {**message, "headers": headers}
            await send(message)

        try:
            await self._application(scope, receive, send_with_id)
        finally:
            # Who leaves before the answer, or an answer that failed, has no status.
            method = scope["method"] if scope["method"] in _METHODS else "other"
            seconds = time.perf_counter() - begin
            REQUESTS.labels(method, str(status)).inc()
            SECONDS.observe(seconds)
            end_time = begin_time + int(seconds * 1e9)
            span_ended.call(request_span(method, note, status, begin_time, end_time, _parent_of(scope)))


def _id_of(scope: Scope) -> str:
    """The id that a proxy gave the request, or a new one."""
    header = next((value for key, value in scope["headers"] if key == HEADER), b"")
    return header.decode("ascii") if _FORM.fullmatch(header) else secrets.token_hex(8)


def _parent_of(scope: Scope) -> str:
    """The span of a proxy that the request is part of, if it names one."""
    header = next((value for key, value in scope["headers"] if key == b"traceparent"), b"")
    return header.decode("ascii", "replace")[:_LONGEST_PARENT]
