"""A socket that follows streams of events: it reports changes of some, and ends with the access that others grant."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from forge.accounts.principals import Principal, acting_as
from forge.collab.closing import Closing
from forge.collab.reader import reader
from forge.collab.releasing import ReleasingSocket
from forge.collab.watch import watch
from forge.core.events.delivery import group_of, listen, stop_listening
from forge.core.events.log import last_sequences


@dataclass(frozen=True)
class Streams:
    """The keys of the streams that a socket follows, with the numbers of their last events."""

    numbers: Mapping[str, int]
    content: frozenset[str]
    """The types of events that change what the socket reports. An event of another type may have ended the access."""

    @classmethod
    def of(cls, content: Iterable[str], access: Iterable[str]) -> Streams:
        """Reads the numbers."""
        content = frozenset(content)
        keys = [*content, *access]
        return cls(dict.fromkeys(keys, 0) | last_sequences(keys), content)


class FollowingSocket(ReleasingSocket):
    """The base of such sockets. It ignores all messages of the client."""

    missing = "This does not exist."
    """The reason why a socket without access is closed."""
    _following: asyncio.Task[None] | None = None

    def __init__(self) -> None:
        super().__init__()
        self._numbers: dict[str, int] = {}

    def streams(self) -> Streams | None:
        """Returns the streams to follow; None without access. Runs in a thread that may query the database."""
        raise NotImplementedError

    async def report(self) -> Mapping[str, Any] | None:
        """The next message for the page, after the start and after each change, or None if there is none to send."""
        raise NotImplementedError

    principal: Principal
    """The person who opened the socket. It keeps the roles that it has read: a report uses `afresh()`."""

    async def connect(self) -> None:
        self.principal = acting_as(self.scope["user"])
        # Accepted before it is refused: a browser tells a page nothing about a refused handshake.
        await self.accept()
        if not self.principal.is_authenticated:
            await self.close(code=Closing.SIGNED_OUT, reason="You are signed out.")
            return
        streams = await reader.ask(self.streams)
        if streams is None:
            await self.close(code=Closing.NOT_FOUND, reason=self.missing)
            return
        self._numbers, self._content = dict(streams.numbers), streams.content
        self._changed = asyncio.Event()
        self._changed.set()
        for stream in self._numbers:
            listen(group_of(stream), self._handle_message)
            watch.follow_stream(stream, self._notice)
        self._following = asyncio.create_task(self._follow())

    async def disconnect(self, code: int) -> None:
        if self._following is not None:
            self._following.cancel()
        for stream in self._numbers:
            stop_listening(group_of(stream), self._handle_message)
            watch.leave_stream(stream, self._notice)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Ignores all messages of the client."""

    def _handle_message(self, message: Any) -> None:
        self._notice(message["stream"], message["event"]["sequence"])

    def _notice(self, stream: str, last: int) -> None:
        """The last number of a stream, from a message or from the database, whichever is first."""
        if last > self._numbers[stream]:
            self._numbers[stream] = last
            if stream in self._content:
                self._changed.set()
            else:
                # Access may have ended: a page that still has it comes back.
                self._closing = asyncio.create_task(
                    self.close(code=Closing.TRY_AGAIN, reason="Your access may have changed.")
                )

    async def _follow(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            message = await self.report()
            if message is not None:
                await self.send(text_data=json.dumps(message))
