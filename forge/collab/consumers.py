"""The two sockets of a project: its live document, and its events. Sessions and origins are checked before them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer

from forge.accounts.announcements import PROFILE_CHANGED
from forge.accounts.people.serializers import person_to_json
from forge.accounts.principals import Principal, acting_as
from forge.collab.access import SocketAccess, access_now, enter_by_address
from forge.collab.closing import Closing
from forge.collab.open_sockets import sockets_of_organisations
from forge.collab.outbox import Outbox, outbox
from forge.collab.protocol.frames import (
    AnswerTooLarge,
    Awareness,
    Frame,
    FrameTooLarge,
    IgnoredFrame,
    MalformedFrame,
    QueryAwareness,
    ReceivedFrames,
    SyncStep1,
    Update,
    awareness_frame,
    read_frame,
)
from forge.collab.pushed_runes import may_take_runes, runes_group
from forge.collab.releasing import ReleasingSocket
from forge.collab.room.greeting import Greeting
from forge.collab.room.room import Room
from forge.collab.room.submissions import FromMember
from forge.collab.rooms import rooms
from forge.collab.watch import watch
from forge.core.allocations import OverLimit
from forge.core.events.delivery import Message, group_of, listen, stop_listening
from forge.core.events.log import event_to_json, events_after

_log = logging.getLogger(__name__)

OUTBOX_LIMIT = 32 * 1024 * 1024
"""Bytes that may wait for a slow client before it is sent away, to come back and catch up."""
ACCESS_VALID_SECONDS = 10.0
"""Seconds that an answer about access is good for while a person writes."""
REPLAY_LIMIT = 500
"""Events that are sent again to a client that was away; who missed more reads the current state."""
RUNES_VALID_SECONDS = 60.0
"""Seconds for which it holds that a person may take the project's runes, and that the audit log says so."""
RUNES_BEHIND = 10
"""Waiting messages above which a slow client is sent no more runes; it fetches them."""


class ProjectSocket(ReleasingSocket):
    """Shared parts of both sockets: the project of the address, and being closed when access to it ends.

    A message about that may be lost: the numbers that the watch reads from the database say so.
    """

    principal: Principal
    access: SocketAccess
    access_checked_at = 0.0
    """The time of the last check of access, on the monotonic clock."""
    _following: asyncio.Task[None] | None = None
    _is_closing = False
    _counted_for: str | None = None
    """The stream of the organisation that has this socket open."""

    def __init__(self) -> None:
        super().__init__()
        self._last_numbers: dict[str, int] = {}
        """The streams that it follows, each with the number of the last event that was heard."""
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()

    async def serve(self, scope: Any, receive: Any, send: Any) -> None:
        """Serves one message after another.

        Channels asks a thread about database connections before each of them, which costs more than all the rest;
        here the code that reaches the database closes old connections itself.
        """
        self.scope, self.base_send, self.channel_layer = scope, send, None
        handlers = {
            "websocket.connect": self.websocket_connect,
            "websocket.receive": self.websocket_receive,
            "websocket.disconnect": self.websocket_disconnect,
        }
        with contextlib.suppress(StopConsumer):
            while True:
                message = await receive()
                await handlers[message["type"]](message)

    async def connect(self) -> None:
        # Accepted before it is refused: a browser tells a page nothing about a refused handshake.
        await self.accept()
        if not self._is_for_its_person():
            await self.close_for(Closing.SIGNED_OUT, "You are signed out, or someone else is signed in.")
            return
        route = self.scope["url_route"]["kwargs"]
        self.principal = self.acting()
        entry = await enter_by_address(self.principal, route["organisation"], route["name"])
        if entry is None:
            await self.close_for(Closing.NOT_FOUND, "The project was not found, or you have no access to it.")
            return
        try:
            sockets_of_organisations.allocate(entry.access.organisation_stream, 1, entry.most_sockets)
        except OverLimit:
            reason = "The organisation has reached its limit of open studios. Close one, or try again later."
            await self.close_for(Closing.TOO_MANY, reason)
            return
        self._counted_for = entry.access.organisation_stream
        self.access = entry.access
        self.access_checked_at = time.monotonic()
        self._person_stream = self.principal.insist().stream
        self._last_numbers = dict(entry.last_numbers)
        for stream in self._last_numbers:
            listen(group_of(stream), self._inbox.put_nowait)
            watch.follow_stream(stream, self._notice)
        self._following = asyncio.create_task(self._follow())
        await self.opened()

    def acting(self) -> Principal:
        """Returns the actor who opens the socket. Each check of access uses a new one, which reads the roles anew."""
        return acting_as(self.scope["user"])

    def _is_for_its_person(self) -> bool:
        """Returns whether the session is of the person that the page names by `?as=`; without a name any is taken.

        A page that comes back with edits of one person must not send them in the name of another, who signed in
        meanwhile in the same browser. Asked before anything of the project: it tells of the session alone.
        """
        person_id = parse_qs(self.scope["query_string"].decode("latin-1")).get("as", [""])[0]
        return person_id in ("", str(self.scope["user"].pk))

    async def opened(self) -> None:
        """The socket may be used."""
        raise NotImplementedError

    async def disconnect(self, code: int) -> None:
        self._is_closing = True
        if self._counted_for is not None:
            sockets_of_organisations.release(self._counted_for, 1)
            self._counted_for = None
        following, self._following = self._following, None
        if following is not None:
            following.cancel()
        # An error may have come before all of them were followed: to leave one that is not does nothing.
        for stream in self._last_numbers:
            stop_listening(group_of(stream), self._inbox.put_nowait)
            watch.leave_stream(stream, self._notice)

    def _notice(self, stream: str, last: int) -> None:
        """The database's last number of a stream; messages that were on the way are heard before it."""
        if last > self._last_numbers[stream]:
            self._inbox.put_nowait({"stream": stream, "last": last})

    async def _follow(self) -> None:
        while True:
            message = await self._inbox.get()
            try:
                await self._handle_message(message)
            except Exception:
                _log.exception("A message to a socket could not be answered; it is closed")
                await self.close_for(Closing.TRY_AGAIN, "The server had an error. The project is opened again.")

    async def _handle_message(self, message: Message) -> None:
        if "rune" in message:
            await self.rune_built(message["rune"])
            return
        stream, event = message["stream"], message.get("event")
        number, before = event["sequence"] if event else message["last"], self._last_numbers[stream]
        if number > before and not self._is_closing:
            self._last_numbers[stream] = number
            await self.stream_moved(stream, event if number == before + 1 else None)

    async def rune_built(self, frame: bytes) -> None:
        """The rune of the project's newest text, for a socket that listens to them."""

    async def stream_moved(self, stream: str, event: dict[str, Any] | None) -> None:
        """An event of the project, its organisation or the person; None when some were missed.

        What ends access is among them.
        """
        if stream == self._person_stream:
            await self.person_moved(event)
        elif event is None or event["type"].startswith(("member", "project", "organisation")):
            await self.refresh_access()

    async def person_moved(self, event: dict[str, Any] | None) -> None:
        """An event of the person: their session ended, or their name is another. A person who has a session comes
        back."""
        await self.close_for(Closing.TRY_AGAIN, "Your account has changed. The project is opened again.")

    async def close_for(self, code: int, reason: str) -> None:
        """Closes once; a reason has at most 123 bytes on the wire."""
        if not self._is_closing:
            self._is_closing = True
            await self.close(code=code, reason=reason.encode()[:123].decode(errors="ignore"))

    async def refresh_access(self) -> None:
        """Looks whether the person still has access, and which; closes the socket when not."""
        self.access_checked_at = time.monotonic()
        access = await access_now(self.principal, self.access.project_id)
        if access is None:
            await self.close_for(Closing.NO_ACCESS, "You no longer have access to this project.")
        else:
            self.access = access


class CollabConsumer(ProjectSocket):
    """The live document, in the y-websocket protocol."""

    room: Room | None = None
    person_id: UUID
    person: Mapping[str, Any]
    _outbox: Outbox
    _greeting: Greeting
    _dismissing: asyncio.Task[None] | None = None
    _was_present = False
    _received_frames: int | None = None
    """The number of frames with updates that the client has received, as the client reports."""

    async def opened(self) -> None:
        person = self.principal.insist()
        self.person_id, self.person = person.pk, person_to_json(person)
        self._outbox = outbox(self.scope, self.base_send)
        self.room = await rooms.enter(self.access.project_id, self)
        self._greeting = Greeting(self.room, self)
        self._send_presence()

    async def disconnect(self, code: int) -> None:
        await super().disconnect(code)
        room, self.room = self.room, None
        if room is not None:
            self._outbox.end()
            if self._dismissing is not None:
                self._dismissing.cancel()
            await rooms.leave(room, self)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.room is None or self._is_closing:
            return
        try:
            if bytes_data is None:
                raise MalformedFrame("frames are binary")
            await self._answer(self.room, read_frame(bytes_data))
        except MalformedFrame as error:
            await self.close_for(Closing.MALFORMED, f"This is not the y-websocket protocol: {error}.")
        except FrameTooLarge as error:
            if isinstance(error, AnswerTooLarge) and (question := self._greeting.handle_too_large()) is not None:
                self.deliver(question)
                return
            await self.close_for(Closing.TOO_LARGE, f"Too large: {error}.")

    async def _answer(self, room: Room, frame: Frame) -> None:
        match frame:
            case SyncStep1(state_vector):
                try:
                    for answer in self._greeting.receive_state(state_vector, may_edit=self.access.may_edit):
                        self.deliver(answer)
                except ValueError as error:
                    raise MalformedFrame("a state vector cannot be read") from error
            case Update(update, facts, is_answer):
                # Who writes is asked for again from time to time, whatever was heard.
                if time.monotonic() - self.access_checked_at > ACCESS_VALID_SECONDS:
                    await self.refresh_access()
                # A viewer's updates are dropped here, before anything is done with them.
                if self.access.may_edit and not self._is_closing:
                    await room.submit(FromMember(update, self, facts, is_answer, self._received_frames))
                if is_answer:
                    for answer in self._greeting.receive_answer():
                        self.deliver(answer)
            case Awareness(clients):
                room.receive_presence(self, clients, is_first=not self._was_present)
                self._was_present = True
            case ReceivedFrames(frames):
                self._received_frames = frames
            case QueryAwareness():
                self._send_presence()
            case IgnoredFrame():
                pass

    def _send_presence(self) -> None:
        if self.room is not None and (everyone := self.room.presence.everyone()):
            self.deliver(awareness_frame(everyone))

    def deliver(self, frame: bytes) -> None:
        if not self._is_closing and self._dismissing is None and self._outbox.put(frame) > OUTBOX_LIMIT:
            self.dismiss(Closing.TOO_SLOW, "The connection is too slow. The project is opened again.")

    def dismiss(self, code: int, reason: str) -> None:
        if self._dismissing is None:
            self._dismissing = asyncio.create_task(self._dismiss(code, reason))

    async def _dismiss(self, code: int, reason: str) -> None:
        await self._outbox.emptied()
        await self.close_for(code, reason)


class EventsConsumer(ProjectSocket):
    """The project's events as JSON, numbered without gaps; `?after=N` sends those after N again. With `?runes=1` the
    runes of its previews come too, each as one binary message: a line of JSON, then the rune."""

    _last = 0
    _runes_group: str | None = None
    _runes_until = 0.0

    async def opened(self) -> None:
        query = parse_qs(self.scope["query_string"].decode("latin-1"))
        if query.get("runes") == ["1"]:
            self._runes_group = runes_group(self.access.project_id)
            listen(self._runes_group, self._inbox.put_nowait)
        after = query.get("after", [""])[0]
        newest = self._last_numbers[self.access.project_stream]
        await self._send({"type": "hello", "sequence": newest})
        self._last = newest
        if after.isdecimal() and len(after) < 19 and newest - REPLAY_LIMIT <= int(after) < newest:
            self._last = int(after)
            await self._send_newer()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Ignores all messages of the client."""

    async def disconnect(self, code: int) -> None:
        if self._runes_group is not None:
            stop_listening(self._runes_group, self._inbox.put_nowait)
        await super().disconnect(code)

    async def rune_built(self, frame: bytes) -> None:
        if self._is_closing or self._inbox.qsize() > RUNES_BEHIND:
            return
        if time.monotonic() >= self._runes_until:
            if not await may_take_runes(self.principal, self.access.project_id):
                return
            self._runes_until = time.monotonic() + RUNES_VALID_SECONDS
        await self.send(bytes_data=frame)

    async def stream_moved(self, stream: str, event: dict[str, Any] | None) -> None:
        before = self.access
        await super().stream_moved(stream, event)
        if self._is_closing:
            return
        if stream == self.access.project_stream:
            await self._send_or_catch_up(event)
        if self.access != before:
            await self._send_state_changed()

    async def person_moved(self, event: dict[str, Any] | None) -> None:
        if event is not None and event["type"] == PROFILE_CHANGED.name:
            await self._send_state_changed()
        else:
            await super().person_moved(event)

    async def _send_or_catch_up(self, event: dict[str, Any] | None) -> None:
        if event is not None and event["sequence"] == self._last + 1:
            self._last += 1
            await self._send(event)
        elif event is None or event["sequence"] > self._last:
            await self._send_newer()

    async def _send_state_changed(self) -> None:
        """The state says something else, of which no event of the project tells: what one may do, a name."""
        await self._send({"type": "state.changed", "sequence": self._last})

    async def _send_newer(self) -> None:
        """Sends what the socket lacks from the log itself: messages may come late, or not at all."""
        for event in await database_sync_to_async(_events, thread_sensitive=False)(
            self.access.project_stream, self._last
        ):
            self._last = event["sequence"]
            await self._send(event)

    async def _send(self, message: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(message, separators=(",", ":")))


class UnknownAddressConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """Refuses sockets of unknown addresses, without an error in the log."""

    async def connect(self) -> None:
        await self.close()


def _events(stream: str, after: int) -> list[dict[str, Any]]:
    return [event_to_json(event) for event in events_after(stream, after)]
