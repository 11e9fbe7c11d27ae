"""The socket of a guest: it says that the one review they were let in to reads otherwise now, and nothing else.

What changed is read by the page, with the right that the page has. The socket looks after the link again before each
message, when the link is revoked, and from time to time: it ends with the link.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from forge.accounts.quotas.limits import QuotaResource, limit_of
from forge.collab.closing import Closing
from forge.collab.open_sockets import sockets_of_organisations
from forge.collab.reader import reader
from forge.collab.releasing import ReleasingSocket
from forge.collab.watch import watch
from forge.core.allocations import Allocations, OverLimit
from forge.core.errors import NotFound
from forge.core.events.delivery import Message, group_of, listen, stop_listening
from forge.core.events.log import event_to_json, events_after, last_sequence
from forge.reviews.guests.access import LOOK, find_guest, guests_group, principal_of_guest, review_for_guest
from forge.reviews.rounds.announcements import REVIEW_CHANGED, REVIEW_REQUESTED
from forge.reviews.threads.announcements import THREAD_CHANGED

LOOK_EVERY = 15.0
"""Seconds after which the link is looked at again although nothing happens: its time may be over."""
MEMBERS_PART = 2
"""Guests have at most this part, one half, of an organisation's sockets, so that members always have theirs."""
NO_REVIEW = "This review does not exist, or your link to it has ended."
TOO_MANY = "This review is open in too many browsers. Reload the page to see new comments."

_log = logging.getLogger(__name__)

sockets_of_guests = Allocations()
"""The sockets that hold the stream of the organisation; each is also among the organisation's."""


@dataclass(frozen=True)
class GuestEntry:
    """The streams that a guest's socket follows, and the organisation's limit of open sockets."""

    project_stream: str
    organisation_stream: str
    sequence: int
    most_sockets: int


class GuestReviewSocket(ReleasingSocket):
    """The socket of a guest's review, opened by the guest's cookie below the address that the cookie is sent to.

    It ignores messages.
    """

    _entry: GuestEntry | None = None
    _following: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        # Accepted before it is refused: a browser tells a page nothing about a refused handshake.
        await self.accept()
        self._review: UUID = self.scope["url_route"]["kwargs"]["review_id"]
        self._cookies: Mapping[str, str] = self.scope.get("cookies", {})
        entry = await reader.ask(_enter, self._cookies, self._review)
        if entry is None:
            await self.close(code=Closing.NOT_FOUND, reason=NO_REVIEW)
        elif not _take(entry):
            await self.close(code=Closing.TOO_MANY, reason=TOO_MANY)
        else:
            self._follow(entry)
            await self._send_kind("hello")

    async def disconnect(self, code: int) -> None:
        entry, self._entry = self._entry, None
        if self._following is not None:
            self._following.cancel()
        if entry is not None:
            for group in self._groups(entry):
                stop_listening(group, self._inbox.put_nowait)
            watch.leave_stream(entry.project_stream, self._notice)
            _give_back(entry)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Ignores all messages of the client."""

    def _groups(self, entry: GuestEntry) -> tuple[str, str]:
        return group_of(entry.project_stream), guests_group(self._review)

    def _follow(self, entry: GuestEntry) -> None:
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._entry, self._sequence = entry, entry.sequence
        for group in self._groups(entry):
            listen(group, self._inbox.put_nowait)
        watch.follow_stream(entry.project_stream, self._notice)
        self._following = asyncio.create_task(self._handle_messages(entry))

    def _notice(self, stream: str, last: int) -> None:
        """The database's last number: a message may have been lost."""
        if last > self._sequence:
            self._inbox.put_nowait({"last": last})

    async def _handle_messages(self, entry: GuestEntry) -> None:
        try:
            while await self._handle_message(entry, await self._next()):
                pass
        except Exception:
            _log.exception("A message to a guest's socket could not be answered; it is closed")
            await self.close(code=Closing.TRY_AGAIN, reason="The server had an error. The review is opened again.")

    async def _next(self) -> Message:
        try:
            return await asyncio.wait_for(self._inbox.get(), LOOK_EVERY)
        except TimeoutError:
            return LOOK

    async def _handle_message(self, entry: GuestEntry, message: Message) -> bool:
        """Tells the page where there is something to tell. False when the link has ended, and the socket with it."""
        is_news = message != LOOK and await self._is_news(entry, message)
        if not is_news and message != LOOK:
            return True
        if not await reader.ask(_is_in, self._cookies, self._review):
            await self.close(code=Closing.NO_ACCESS, reason=NO_REVIEW)
            return False
        if is_news:
            await self._send_kind("changed")
        return True

    async def _is_news(self, entry: GuestEntry, message: Message) -> bool:
        """Returns whether something happened to the review since the number that was received last."""
        event = message.get("event")
        last: int = event["sequence"] if event else message["last"]
        if last <= self._sequence:
            return False
        before, self._sequence = self._sequence, last
        events = [event] if event and last == before + 1 else await reader.ask(_events, entry.project_stream, before)
        self._sequence = max([last, *(each["sequence"] for each in events)])
        return _concern(events, self._review)

    async def _send_kind(self, kind: str) -> None:
        await self.send(text_data=json.dumps({"type": kind}))


def _concern(events: Iterable[Mapping[str, Any]], review: UUID) -> bool:
    """Returns whether one of them may change what the review's page says.

    A verdict does not name the reviews that it is in.
    """
    of_review = (THREAD_CHANGED.name, REVIEW_REQUESTED.name)
    return any(
        each["type"] == REVIEW_CHANGED.name or (each["type"] in of_review and each["data"].get("review") == str(review))
        for each in events
    )


def _take(entry: GuestEntry) -> bool:
    """Counts the socket among the guests' and among the organisation's; False where there is no room."""
    stream = entry.organisation_stream
    try:
        sockets_of_guests.allocate(stream, 1, entry.most_sockets // MEMBERS_PART)
    except OverLimit:
        return False
    try:
        sockets_of_organisations.allocate(stream, 1, entry.most_sockets)
    except OverLimit:
        sockets_of_guests.release(stream, 1)
        return False
    return True


def _give_back(entry: GuestEntry) -> None:
    sockets_of_guests.release(entry.organisation_stream, 1)
    sockets_of_organisations.release(entry.organisation_stream, 1)


def _enter(cookies: Mapping[str, str], review_id: UUID) -> GuestEntry | None:
    guest = find_guest(cookies, review_id)
    if guest is None:
        return None
    try:
        project = review_for_guest(principal_of_guest(guest), review_id).project
    except NotFound:
        return None
    most = limit_of(project.organisation.stream, QuotaResource.SOCKETS)
    return GuestEntry(project.stream, project.organisation.stream, last_sequence(project.stream), most)


def _is_in(cookies: Mapping[str, str], review_id: UUID) -> bool:
    return find_guest(cookies, review_id) is not None


def _events(stream: str, after: int) -> list[dict[str, Any]]:
    return [event_to_json(event) for event in events_after(stream, after)]
