"""ASGI lifespan: sets the event loop of deliveries, and calls the hooks for the start and the stop of the server.

Both hooks are called in a thread, so what is registered may wait.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from forge.core.events.delivery import attach
from forge.core.hooks import Hook

_log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

server_started: Hook[[], None] = Hook()
"""The hooks that are called before the first request; the build worker inside starts here."""

server_stopping: Hook[[], None] = Hook()
"""The hooks that are called after the last request: an application that runs something ends it here."""


async def lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI's lifespan protocol. A start that fails is said so, and the server ends."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            try:
                attach(asyncio.get_running_loop())
                await asyncio.to_thread(server_started.call)
            except Exception as error:
                _log.exception("The server could not start")
                await send({"type": "lifespan.startup.failed", "message": str(error)})
                return
            await send({"type": "lifespan.startup.complete"})
        else:
            await asyncio.to_thread(server_stopping.call)
            attach(None)
            await send({"type": "lifespan.shutdown.complete"})
            return
