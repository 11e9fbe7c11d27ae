"""Django's handler, with a request's middleware and view in one thread, and some bodies for their view while they come.

Django's own handler for ASGI runs each middleware and the view in turns of a thread and of the event loop, fifteen for
a request. No view and no middleware here is asynchronous, so one turn does.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

from forge.core.blobs.chunks import CHUNK
from forge.core.http.asgi.lifespan import Receive as ServerReceive
from forge.core.http.asgi.lifespan import Scope
from forge.core.http.asgi.streamed_bodies import StreamedBody
from forge.request_limits.refusals import LINGER_BYTES, LINGER_SECONDS
from forge.request_limits.request_threads import RequestThreads, keep_connections

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Matches = Callable[[Scope], bool]
"""Says something of a request by its scope."""


class StreamingHandler(ASGIHandler):
    """Keeps the bodies of ordinary requests, as Django does, and streams the others."""

    chunk_size = CHUNK

    def __init__(self, is_streamed: Matches, is_short: Matches = lambda _: False) -> None:
        """`is_streamed` are requests whose view reads the body while it comes; `is_short` those that take a thread for
        milliseconds alone, and so share a few threads."""
        super().__init__()
        self._is_streamed = is_streamed
        self._is_short = is_short
        self._threads = RequestThreads()

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._is_short(scope):
            await self._handle_short(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def handle(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if not self._is_streamed(scope):
            await super().handle(scope, receive, send)
            return
        body = StreamedBody(cast("ServerReceive", receive))
        await super().handle(scope, body, _closing(body, send))

    async def read_body(self, receive: Receive) -> Any:
        return receive if isinstance(receive, StreamedBody) else await super().read_body(receive)

    async def get_response_async(self, request: Any) -> Any:
        return await sync_to_async(self.get_response)(request)

    async def _handle_short(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Does what `handle` does: all before the first byte of the answer in one turn of a thread."""
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        try:
            response = await self._threads.run(partial(self._respond, scope, body))
            if not response.streaming:
                await self.send_response(response, send)
                return
            try:
                await self._stream(response, receive, send)
            finally:
                await self._threads.run(response.close)
        finally:
            body.close()

    def _respond(self, scope: dict[str, Any], body: Any) -> HttpResponseBase:
        """The answer, in a thread. One that is not streamed is closed: its content stays."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refusal = self.create_request(scope, body)
        response = cast("HttpResponseBase", refusal if request is None else self.get_response(request))
        response._handler_class = self.__class__  # type: ignore[attr-defined]
        keep_connections()
        if not response.streaming:
            response.close()
        return response

    async def _stream(self, response: HttpResponseBase, receive: Receive, send: Send) -> None:
        """Sends an answer until it ends or the client leaves. Raises what reading its bytes raises."""
        sending = asyncio.ensure_future(self.send_response(response, send))
        leaving = asyncio.ensure_future(self.listen_for_disconnect(receive))
        try:
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        finally:
            for task in (sending, leaving):
                task.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)


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
