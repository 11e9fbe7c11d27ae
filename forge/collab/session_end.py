"""Sockets end with the time of their session: the page that opened one would be asked to sign in too.

A session that ends before its time, by signing out or by a new password, closes its sockets by an event.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.utils import timezone

from forge.collab.closing import Closing
from forge.collab.reader import reader

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

REASON = "Your session has ended. Sign in again."
FIRST_LOOK = 60.0
"""Seconds until the end of a session is read for the first time: sockets that come and go cost no query."""
LONGEST_WAIT = 24 * 3600.0
"""Seconds after which it is read again although the session is not over."""


class SessionEnd:
    """ASGI middleware inside the sign-in: closes a socket when the time of its session is over."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: Message, receive: Any, send: Send) -> None:
        key = scope["session"].session_key
        if key is None:
            await self._application(scope, receive, send)
            return
        is_closed = False

        async def send_until_end(message: Message) -> None:
            if not is_closed:
                await send(message)

        async def close_at_end() -> None:
            nonlocal is_closed
            await _wait_for_end(key)
            # The application gets a disconnect from the server, as after each close.
            is_closed = True
            await send({"type": "websocket.close", "code": Closing.SIGNED_OUT, "reason": REASON})

        closing = asyncio.create_task(close_at_end())
        try:
            await self._application(scope, receive, send_until_end)
        finally:
            closing.cancel()
            with suppress(asyncio.CancelledError):
                await closing


async def _wait_for_end(key: str) -> None:
    seconds = FIRST_LOOK
    while seconds > 0:
        await asyncio.sleep(min(seconds, LONGEST_WAIT))
        try:
            seconds = await reader.ask(_seconds_left, key)
        except DatabaseError:
            seconds = FIRST_LOOK


def _seconds_left(key: str) -> float:
    """Returns the seconds until a session expires; 0 for one that is no longer there."""
    expires = Session.objects.filter(pk=key).values_list("expire_date", flat=True).first()
    return 0.0 if expires is None else max(0.0, (expires - timezone.now()).total_seconds())
