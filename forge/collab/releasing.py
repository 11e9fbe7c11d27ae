"""The base of sockets that hold something while they are open, such as a place in a count or a listener."""

from __future__ import annotations

import asyncio
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer


class ReleasingSocket(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """A socket that calls `disconnect` itself, maybe twice: upon an error the server ends a socket and does not report
    it."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await self.serve(scope, receive, send)
        except (Exception, asyncio.CancelledError):
            await self.disconnect(1011)
            raise

    async def serve(self, scope: Any, receive: Any, send: Any) -> None:
        """Answers the messages of the socket until it ends."""
        await super().__call__(scope, receive, send)
