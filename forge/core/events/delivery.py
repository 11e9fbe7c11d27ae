"""Delivers messages to listeners in this process and in others, from any thread.

Delivery may fail or be late: nothing depends on it, because listeners also poll the numbers in the database.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from channels.layers import get_channel_layer

from forge.core.events.broadcaster import Broadcaster

_log = logging.getLogger(__name__)

LAYER = "processes"
"""The channel layer between processes; without one there is a single process, or they look at the database alone."""

Message = Mapping[str, Any]
Listener = Callable[[Message], None]

_loop: asyncio.AbstractEventLoop | None = None
_broadcaster: Broadcaster | None = None
_listeners: dict[str, set[Listener]] = {}


def attach(loop: asyncio.AbstractEventLoop | None) -> None:
    """Sets the event loop of the listeners; called at the start of the server, and by tests that open sockets."""
    global _loop, _broadcaster
    if _broadcaster is not None:
        _broadcaster.close()
        _broadcaster = None
    _loop = loop
    layer = get_channel_layer(LAYER)
    if loop is not None and layer is not None:
        _broadcaster = Broadcaster(loop, layer, _hand_out)


def attach_thread() -> None:
    """Starts an event loop in a thread, for processes without one, so that their events reach other processes."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True, name="delivery").start()
    attach(loop)


def is_shared() -> bool:
    """Returns whether other processes hear what is delivered here."""
    return _broadcaster is not None


def group_of(stream: str) -> str:
    """The group of those who listen to a stream; a channel layer's names may not hold a colon."""
    return "stream." + stream.replace(":", ".")


def listen(group: str, listener: Listener) -> None:
    """Calls `listener` with each message to the group, on the event loop's thread, from which this is called too."""
    listeners = _listeners.setdefault(group, set())
    if not listeners and _broadcaster is not None:
        _broadcaster.follow(group)
    listeners.add(listener)


def stop_listening(group: str, listener: Listener) -> None:
    """Ends `listen`."""
    listeners = _listeners.get(group, set())
    listeners.discard(listener)
    if not listeners and _listeners.pop(group, None) is not None and _broadcaster is not None:
        _broadcaster.leave(group)


def deliver(group: str, message: Message) -> None:
    """Sends a message to all listeners of a group. Never waits and never raises; without a server it does nothing."""
    loop = _loop
    if loop is None or loop.is_closed():
        return
    try:
        loop.call_soon_threadsafe(_deliver, group, message)
    except RuntimeError:
        _log.info("The server is going down; a message to %s was not sent", group)


def deliver_to_other_processes(group: str, message: Message) -> None:
    """Sends a message to listeners in other processes only. Called on the event loop's thread."""
    if _broadcaster is not None:
        _broadcaster.send(group, message)


def _deliver(group: str, message: Message) -> None:
    _hand_out(group, message)
    deliver_to_other_processes(group, message)


def _hand_out(group: str, message: Message) -> None:
    for listener in tuple(_listeners.get(group, ())):
        listener(message)
