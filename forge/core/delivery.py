"""Carrying what happened to the sockets that listen, from whatever thread it happened in.

Delivery may fail or be late: nothing depends on it. A client that misses a number reads the current state again.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from channels.layers import get_channel_layer

_log = logging.getLogger(__name__)
_loop: asyncio.AbstractEventLoop | None = None


def attach(loop: asyncio.AbstractEventLoop | None) -> None:
    """Names the event loop that the sockets live on; the server's start does this, and a test that opens sockets."""
    global _loop
    _loop = loop


def group_of(stream: str) -> str:
    """The channel layer's group for a stream; its names may not hold a colon."""
    return "stream." + stream.replace(":", ".")


def deliver(group: str, message: dict[str, Any]) -> None:
    """Hands a message to all sockets of a group. Never waits, never raises; without a server it goes nowhere."""
    loop = _loop
    if loop is None or loop.is_closed():
        return
    layer = get_channel_layer()
    if layer is None:
        return
    # The layer belongs to the loop: a message from a worker's thread is carried over, or it would come in bursts.
    send = layer.group_send(group, message)
    try:
        asyncio.run_coroutine_threadsafe(send, loop)
    except RuntimeError:
        send.close()
        _log.info("The server is going down; a message to %s was not sent", group)
