"""The socket of an organisation's jobs: it says that one changed. The page reads the list again."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer

from forge.accounts.organisations.access import find_organisation
from forge.accounts.principals import Principal, acting_as
from forge.collab.closing import Closing
from forge.collab.reader import reader
from forge.collab.watch import watch
from forge.core.errors import DomainError
from forge.core.events.delivery import group_of, listen, stop_listening
from forge.core.events.log import last_sequences
from forge.jobs.announcements import jobs_stream


class JobsSocket(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """Follows the stream of an organisation's jobs, and those of the person and the organisation, which end access."""

    _following: asyncio.Task[None] | None = None
    _numbers: dict[str, int]

    async def connect(self) -> None:
        # Accepted before it is refused: a browser tells a page nothing about a refused handshake.
        await self.accept()
        principal = acting_as(self.scope["user"])
        if not principal.is_authenticated:
            await self.close(code=Closing.SIGNED_OUT, reason="You are signed out.")
            return
        name = self.scope["url_route"]["kwargs"]["organisation"]
        streams = await reader.ask(_streams, principal, name)
        if streams is None:
            await self.close(code=Closing.NOT_FOUND, reason="There is no such organisation.")
            return
        self._jobs, self._numbers = streams
        self._changed = asyncio.Event()
        self._changed.set()
        for stream in self._numbers:
            listen(group_of(stream), self._hear)
            watch.follow_stream(stream, self._notice)
        self._following = asyncio.create_task(self._follow())

    async def disconnect(self, code: int) -> None:
        if self._following is not None:
            self._following.cancel()
            for stream in self._numbers:
                stop_listening(group_of(stream), self._hear)
                watch.leave_stream(stream, self._notice)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Ignores all messages of the client."""

    def _hear(self, message: Any) -> None:
        self._notice(message["stream"], message["event"]["sequence"])

    def _notice(self, stream: str, last: int) -> None:
        """The last number of a stream, from a message or from the database."""
        if last > self._numbers[stream]:
            self._numbers[stream] = last
            if stream == self._jobs:
                self._changed.set()
            else:
                # Access may have ended: who still has it comes back.
                self._closing = asyncio.create_task(self.close(code=Closing.TRY_AGAIN, reason="Access may differ."))

    async def _follow(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self.send(text_data=json.dumps({"type": "jobs"}))


def _streams(principal: Principal, name: str) -> tuple[str, dict[str, int]] | None:
    """The key of the stream of jobs, and what is followed with the numbers of the last events; None without access."""
    try:
        organisation = find_organisation(principal, name)
    except DomainError:
        return None
    jobs = jobs_stream(organisation.pk)
    keys = [jobs, organisation.stream, principal.insist().stream]
    return jobs, dict.fromkeys(keys, 0) | last_sequences(keys)
