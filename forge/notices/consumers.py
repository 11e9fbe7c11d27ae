"""The socket of a person's inbox: it says how many notices are unread, at first and whenever that changes."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer

from forge.accounts.principals import Principal, acting_as
from forge.collab.closing import Closing
from forge.collab.reader import reader
from forge.collab.watch import watch
from forge.core.events.delivery import group_of, listen, stop_listening
from forge.core.events.log import last_sequences
from forge.notices.access import unread_count
from forge.notices.announcements import inbox_stream
from forge.projects.access import organisations_of_projects


class InboxSocket(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """Follows what tells of a person's notices, and the person's own stream, which tells that a session ended."""

    _following: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        # Accepted before it is refused: a browser tells a page nothing about a refused handshake.
        await self.accept()
        self._principal = acting_as(self.scope["user"])
        if not self._principal.is_authenticated:
            await self.close(code=Closing.SIGNED_OUT, reason="You are signed out.")
            return
        self._person = self._principal.insist().stream
        self._heard = await reader.ask(_streams, self._principal)
        self._moved = asyncio.Event()
        self._moved.set()
        for stream in self._heard:
            listen(group_of(stream), self._hear)
            watch.follow_stream(stream, self._notice)
        self._following = asyncio.create_task(self._follow())

    async def disconnect(self, code: int) -> None:
        if self._following is not None:
            self._following.cancel()
            for stream in self._heard:
                stop_listening(group_of(stream), self._hear)
                watch.leave_stream(stream, self._notice)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Ignores all messages of the client."""

    def _hear(self, message: Any) -> None:
        self._notice(message["stream"], message["event"]["sequence"])

    def _notice(self, stream: str, last: int) -> None:
        """The last number of a stream, from a message or from the database, whichever tells it first."""
        if last > self._heard[stream]:
            self._heard[stream] = last
            if stream == self._person:
                # The session may have ended: whoever still has one comes back.
                self._closing = asyncio.create_task(
                    self.close(code=Closing.TRY_AGAIN, reason="Your account has changed.")
                )
            else:
                self._moved.set()

    async def _follow(self) -> None:
        sent = -1
        while True:
            await self._moved.wait()
            self._moved.clear()
            unread = await reader.ask(_unread, self._principal)
            if unread != sent:
                sent = unread
                await self.send(text_data=json.dumps({"type": "inbox", "unread": unread}))


def _streams(principal: Principal) -> dict[str, int]:
    """What tells of the person's notices, and the person's own stream, with the numbers of their last events."""
    person = principal.insist()
    organisations = {*principal.roles, *organisations_of_projects(principal)}
    keys = [person.stream, inbox_stream(person.pk), *(inbox_stream(each) for each in organisations)]
    return dict.fromkeys(keys, 0) | last_sequences(keys)


def _unread(principal: Principal) -> int:
    return unread_count(principal.afresh())
