"""Answers 503 while the database is away: at once to new requests, and to those that wait for it in the middle."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from django.template.loader import render_to_string

from forge.core.database.presence import DatabasePresence
from forge.core.errors import DatabaseAway
from forge.core.http.asgi.lifespan import Receive, Scope, Send
from forge.request_limits.refusals import RefusalResponse, refuse

WITHOUT_DATABASE = ("/static/", "/healthz", "/readyz", "/metrics")
"""The beginnings of addresses that are answered without it."""
FOR_PROGRAMS = ("/api/", "/v2/", "/v2")
RETRY_AFTER = 5

AWAY = RefusalResponse(
    HTTPStatus.SERVICE_UNAVAILABLE, DatabaseAway.title, DatabaseAway().detail, retry_after=RETRY_AFTER
)


class DatabaseGate:
    """ASGI middleware. A request whose answer has begun is left alone."""

    def __init__(self, application: Any, presence: DatabasePresence) -> None:
        self._application = application
        self._presence = presence

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(WITHOUT_DATABASE):
            await self._application(scope, receive, send)
            return
        if self._presence.is_away:
            await _refuse(scope, receive, send)
            return
        await self._answer_or_refuse(scope, receive, send)

    async def _answer_or_refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = is_refused = False

        async def guarded_send(message: Any) -> None:
            nonlocal has_begun
            if is_refused:
                return
            has_begun = True
            await send(message)

        connection_loss = self._presence.lost()
        answer = asyncio.ensure_future(self._application(scope, receive, guarded_send))
        try:
            await asyncio.wait((answer, connection_loss), return_when=asyncio.FIRST_COMPLETED)
            if answer.done() or has_begun:
                await answer
                return
            is_refused = True
            answer.cancel()
            await _refuse(scope, receive, send)
        except asyncio.CancelledError:
            answer.cancel()
            raise
        finally:
            connection_loss.cancel()


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["path"].startswith(FOR_PROGRAMS):
        await refuse(scope, AWAY, receive, send)
        return
    page = render_to_string("503.html", {"title": AWAY.title, "detail": AWAY.detail}).encode()
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(page)).encode()),
        (b"cache-control", b"no-store"),
        (b"retry-after", str(RETRY_AFTER).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": int(AWAY.status), "headers": headers})
    await send({"type": "http.response.body", "body": page})
