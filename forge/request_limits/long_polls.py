"""Holds polls that found nothing new, until something changes for their device.

A held poll takes a connection, and no thread, no place among the requests under way and no query of its own: one look a
second asks for the revisions of all devices that wait. Its device was let in by its signature before, and is again when
the poll is answered anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from django.db import Error

from forge.core.http.asgi.lifespan import Receive, Scope, Send
from forge.fleet.protocol.long_polls.grants import LongPollGrants
from forge.fleet.protocol.long_polls.revisions import revisions_now
from forge.fleet.protocol.long_polls.terms import LONG_POLL, LongPoll
from forge.request_limits.addresses import party_of
from forge.request_limits.refusals import client_of
from hmrd.protocol.addresses import STATE

LOOK_SECONDS = 1.0
"""Seconds between two looks at what changed."""
_UNCHANGED = 304

Look = Callable[[list[UUID]], Awaitable[Mapping[UUID, str]]]


class LongPolls:
    """ASGI middleware around what answers polls."""

    def __init__(self, application: Any, grants: LongPollGrants, look: Look | None = None) -> None:
        self._application, self._grants = application, grants
        self._waiting = WaitingDevices(look or database_sync_to_async(revisions_now, thread_sensitive=False))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != STATE:
            await self._application(scope, receive, send)
            return
        long_poll, answer = self._new_long_poll(scope), list[Any]()
        await self._application({**scope, LONG_POLL: long_poll}, receive, partial(_keep, answer))
        if long_poll.device is None or not answer or answer[0].get("status") != _UNCHANGED:
            await _send_all(answer, send)
            return
        leaving = asyncio.ensure_future(receive())
        try:
            is_changed = await self._waiting.is_changed(
                long_poll.device, long_poll.revisions, long_poll.seconds, leaving
            )
        finally:
            leaving.cancel()
        if leaving.done() and not leaving.cancelled():
            return
        if is_changed:
            # The body of a poll is empty, and was read.
            await self._application({**scope, LONG_POLL: self._new_long_poll(scope)}, _empty_body, send)
        else:
            await _send_all(answer, send)

    def _new_long_poll(self, scope: Scope) -> LongPoll:
        address = party_of(client_of(scope))
        return LongPoll(lambda device: self._grants.grant(device, address))


class WaitingDevices:
    """The devices that wait for a change. For the event loop's thread only."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._waiting: dict[UUID, tuple[str, asyncio.Future[bool]]] = {}
        self._task: asyncio.Task[None] | None = None

    async def is_changed(self, device: UUID, revisions: str, seconds: float, leaving: asyncio.Future[Any]) -> bool:
        """Waits for a change, at most so long, and returns whether there is one. Another poll of the same device ends
        the wait, and so does its leaving."""
        change: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._tell(device, is_changed=False)
        self._waiting[device] = (revisions, change)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._keep_looking())
        try:
            await asyncio.wait((change, leaving), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if self._waiting.get(device, (None, None))[1] is change:
                del self._waiting[device]
        return change.done() and change.result()

    async def _keep_looking(self) -> None:
        """Looks each second, while somebody waits."""
        while self._waiting:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                now = await self._look(list(self._waiting))
            except Error:
                continue  # a database that is away says nothing of changes
            for device, (revisions, _) in list(self._waiting.items()):
                if now.get(device) != revisions:
                    self._tell(device, is_changed=True)

    def _tell(self, device: UUID, *, is_changed: bool) -> None:
        waiting = self._waiting.pop(device, None)
        if waiting is not None and not waiting[1].done():
            waiting[1].set_result(is_changed)


async def _keep(messages: list[Any], message: Any) -> None:
    messages.append(message)


async def _send_all(messages: list[Any], send: Send) -> None:
    for message in messages:
        await send(message)


async def _empty_body() -> Any:
    return {"type": "http.request", "body": b"", "more_body": False}
