"""Few sockets join at once: to find out who it is, what they may read and what they missed costs the database, threads
and Python's one running thread, which all others need as well. The others wait in a queue.
"""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

from forge.core.http.asgi.lifespan import Receive

AT_ONCE = 4
"""Sockets that join at once."""
LONGEST = 5.0
"""Seconds after which a join gives its place away: a database that is slow holds nobody up for good."""


class JoinQueue:
    """The places of one process, given in the order of arrival."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._places = asyncio.Semaphore(at_once)

    def join(self) -> Join:
        return Join(self._places)


class Join:
    """The place of one socket, from its handshake until it waits for its client."""

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places = places
        self._timer: asyncio.TimerHandle | None = None

    async def enter(self) -> None:
        """Waits for a place."""
        await self._places.acquire()
        self._timer = asyncio.get_running_loop().call_later(LONGEST, self.leave)

    def leave(self) -> None:
        """Gives the place away; also twice."""
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
            self._places.release()

    def receiving(self, receive: Receive) -> Receive:
        """The application's `receive`: a client that asks for a second message has joined."""
        count = 0

        async def counting_receive() -> MutableMapping[str, Any]:
            nonlocal count
            count += 1
            if count > 1:
                self.leave()
            return await receive()

        return counting_receive
