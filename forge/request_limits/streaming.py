"""Django's handler, which gives some requests to their view before their body came."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

from django.core.handlers.asgi import ASGIHandler

from forge.core.http.asgi.lifespan import Receive as ServerReceive
from forge.core.http.asgi.lifespan import Scope
from forge.core.http.asgi.streamed_bodies import StreamedBody
from forge.request_limits.refusals import LINGER_BYTES, LINGER_SECONDS

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
IsStreamed = Callable[[Scope], bool]
"""Says of a request's scope whether its view reads the body while it comes."""


class StreamingHandler(ASGIHandler):
    """Keeps the bodies of ordinary requests, as Django does, and streams the others."""

    def __init__(self, is_streamed: IsStreamed) -> None:
        super().__init__()
        self._is_streamed = is_streamed

    async def handle(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if not self._is_streamed(scope):
            await super().handle(scope, receive, send)
            return
        body = StreamedBody(cast("ServerReceive", receive))
        await super().handle(scope, body, _closing(body, send))

    async def read_body(self, receive: Receive) -> Any:
        return receive if isinstance(receive, StreamedBody) else await super().read_body(receive)


def _closing(body: StreamedBody, send: Send) -> Send:
    """Sends an answer that came before the whole body such that its sender gets it: closed at once, it is lost."""

    async def send_and_linger(message: Any) -> None:
        if body.is_whole:
            await send(message)
        elif message["type"] == "http.response.start":
            await send({**message, "headers": [*message["headers"], (b"connection", b"close")]})
        elif message.get("more_body", False):
            await send(message)
        else:
            await send({**message, "more_body": True})
            with contextlib.suppress(Exception):
                async with asyncio.timeout(LINGER_SECONDS):
                    await body.drop(LINGER_BYTES)
            await send({"type": "http.response.body", "body": b""})

    return send_and_linger
