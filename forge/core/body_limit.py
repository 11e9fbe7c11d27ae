"""Refusing a request's body that is over the limit before it is read, and while it is.

Django reads a whole body before any view sees it, so this stands in front of Django: what Content-Length says is
believed first, then the bytes are counted as they come.
"""

from __future__ import annotations

import json
from typing import Any

from forge.core.lifespan import Receive, Scope, Send
from forge.core.problems import MEDIA_TYPE, problem
from rune.wording import size_text


class _TooMuch(Exception):
    """More bytes came than were promised or allowed."""


class BodyLimit:
    """ASGI middleware: answers 413 to a body of more than `limit` bytes."""

    def __init__(self, application: Any, limit: int) -> None:
        self._application = application
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        if self._promised(scope) > self._limit:
            await self._refuse(send)
            return
        counted, begun = 0, False

        async def counting_receive() -> Any:
            nonlocal counted
            message = await receive()
            if message["type"] == "http.request":
                counted += len(message.get("body", b""))
                if counted > self._limit:
                    raise _TooMuch
            return message

        async def noting_send(message: Any) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._application(scope, counting_receive, noting_send)
        except _TooMuch:
            if not begun:
                await self._refuse(send)

    @staticmethod
    def _promised(scope: Scope) -> int:
        """What Content-Length says; 0 when it says nothing that is a number."""
        values = [value for name, value in scope["headers"] if name == b"content-length"]
        return int(values[0]) if values and values[0].isdigit() else 0

    async def _refuse(self, send: Send) -> None:
        detail = (
            f"The limit is {size_text(self._limit)} for one request. Send something smaller, or raise UPLOAD_LIMIT."
        )
        body = json.dumps(problem(413, "Too large", detail, limit=self._limit)).encode("utf-8")
        headers = [
            (b"content-type", MEDIA_TYPE.encode("ascii")),
            (b"content-length", str(len(body)).encode("ascii")),
            # The rest of the body is not read, so nothing can follow on this connection.
            (b"connection", b"close"),
        ]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": body})
