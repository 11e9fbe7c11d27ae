"""Broadcasts between the processes of one installation over a channel layer: best effort, at most once, unordered.

Each process has one channel, however many sockets it has. While the layer is unavailable messages are dropped, with one
warning in the log.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping
from typing import Any

_log = logging.getLogger(__name__)

MAX_QUEUED = 10_000
"""Messages that may wait to be sent; more are dropped."""
RETRY_SECONDS = 1.0
"""Seconds between two tries to reach a layer that is away."""


class Broadcaster:
    """Sends and receives on one event loop; made and used from its thread, but for `close`."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, layer: Any, hand_out: Callable[[str, Mapping[str, Any]], None]
    ) -> None:
        self._layer = layer
        self._hand_out = hand_out
        self._sender = secrets.token_hex(8)
        self._outgoing: asyncio.Queue[tuple[str, Mapping[str, Any]]] = asyncio.Queue(MAX_QUEUED)
        self._wanted_groups: set[str] = set()
        self._changed = asyncio.Event()
        self._is_away = False
        self._loop = loop
        self._tasks: list[asyncio.Task[None]] = []
        self._call(self._start)

    def _call(self, function: Callable[[], None]) -> None:
        """Calls the function on the loop: directly if this is the loop's thread."""
        try:
            running = asyncio.get_running_loop()
        except RuntimeError:
            running = None
        if running is self._loop:
            function()
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function)

    def _start(self) -> None:
        self._tasks = [self._loop.create_task(work()) for work in (self._send_all, self._receive_all)]

    def close(self) -> None:
        """Stops the tasks; queued messages are dropped."""
        self._call(self._end)

    def _end(self) -> None:
        for task in self._tasks:
            task.cancel()

    def send(self, group: str, message: Mapping[str, Any]) -> None:
        """Sends to the other processes, soon."""
        try:
            self._outgoing.put_nowait((group, message))
        except asyncio.QueueFull:
            self._log_unavailable("more messages wait than are kept")

    def follow(self, group: str) -> None:
        """Receives what others send to the group."""
        self._wanted_groups.add(group)
        self._changed.set()

    def leave(self, group: str) -> None:
        """Ends `follow`."""
        self._wanted_groups.discard(group)
        self._changed.set()

    async def _send_all(self) -> None:
        while True:
            group, message = await self._outgoing.get()
            try:
                await self._layer.group_send(group, {"from": self._sender, "group": group, "message": dict(message)})
                self._is_away = False
            except Exception as error:
                self._log_unavailable(str(error))

    async def _receive_all(self) -> None:
        while True:
            try:
                channel = await self._layer.new_channel()
                subscribing = asyncio.create_task(self._subscribe(channel))
                try:
                    while True:
                        envelope = await self._layer.receive(channel)
                        if envelope["from"] != self._sender:
                            self._hand_out(envelope["group"], envelope["message"])
                finally:
                    subscribing.cancel()
            except Exception as error:
                self._log_unavailable(str(error))
                await asyncio.sleep(RETRY_SECONDS)

    async def _subscribe(self, channel: str) -> None:
        """Keeps the channel in the groups that are wanted."""
        subscribed_groups: set[str] = set()
        while True:
            self._changed.clear()
            try:
                for group in self._wanted_groups - subscribed_groups:
                    await self._layer.group_add(group, channel)
                    subscribed_groups.add(group)
                for group in subscribed_groups - self._wanted_groups:
                    subscribed_groups.discard(group)
                    await self._layer.group_discard(group, channel)
            except Exception as error:
                self._log_unavailable(str(error))
                await asyncio.sleep(RETRY_SECONDS)
                continue
            await self._changed.wait()

    def _log_unavailable(self, reason: str) -> None:
        if not self._is_away:
            self._is_away = True
            _log.warning("Other processes cannot be told at once, they look at the database instead: %s", reason)
