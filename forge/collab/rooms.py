"""Rooms: one live document a project in this process, for all sockets on it.

An update is tried on a copy, stored, and only then applied and told to the others: what anyone sees is on the disk.
Everything here happens on the event loop's thread; the database is reached through the writer and threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from channels.db import database_sync_to_async
from pycrdt import Doc

from forge.collab.presence import Presence
from forge.collab.protocol import EMPTY_UPDATE, ClientState, awareness_frame, update_frame
from forge.collab.storage import compact, load_between, load_stored, types_made_by
from forge.collab.writer import writer
from forge.core.errors import DomainError

_log = logging.getLogger(__name__)

DOCUMENT_LIMIT = 20 * 1024 * 1024
"""Bytes of a whole document as one update."""
TYPES_LIMIT = 5_000
"""Shared types that may be made in a document: a file is two. Deleting one calls itself for each that is nested in it,
on a stack that holds some 30,000; counted are all that a room ever saw, wherever they are in the document."""
COMPACT_AFTER = 500
"""Updates that are merged into one state."""
QUEUE_LIMIT = 1_000
"""Updates that may wait in a room; whoever sends more waits too."""


class Closing:
    """Why a socket is closed. A stock client stays away after 4400 to 4499 and comes back after the others."""

    MALFORMED = 4400
    NO_ACCESS = 4403
    NOT_FOUND = 4404
    TOO_LARGE = 4413
    TRY_AGAIN = 4500
    TOO_SLOW = 4508


class Member(Hashable, Protocol):
    """A socket in a room."""

    person_id: UUID

    def deliver(self, frame: bytes) -> None:
        """Sends a frame, soon."""
        ...

    def dismiss(self, code: int, reason: str) -> None:
        """Closes the socket, soon."""
        ...


@dataclass(frozen=True)
class FromMember:
    """An update that a socket sent."""

    update: bytes
    member: Member
    types: int = 0


@dataclass(frozen=True)
class FromElsewhere:
    """An update that is stored already: written over the API, or by another process."""

    update: bytes
    sequence: int


class Room:
    """One project's live document. Made by `Rooms.enter`."""

    def __init__(self, project_id: UUID) -> None:
        self.project_id = project_id
        self.presence = Presence()
        self._members: set[Member] = set()
        self._queue: asyncio.Queue[FromMember | FromElsewhere] = asyncio.Queue(QUEUE_LIMIT)
        self._doc: Doc[Any] = Doc()
        self._trial: Doc[Any] = Doc()
        self._sequence = 0
        self._ahead: set[int] = set()
        self._size = 0
        self._types = 0
        self._stored_updates = 0
        self._is_broken = False

    async def load(self) -> None:
        """Reads the stored document."""
        stored = await database_sync_to_async(load_stored, thread_sensitive=False)(self.project_id)
        self._sequence, self._stored_updates, self._types = stored.sequence, stored.updates, stored.types
        self._doc.apply_update(stored.update)
        self._trial.apply_update(stored.update)
        self._size = len(stored.update)

    # What sockets ask

    def join(self, member: Member) -> None:
        self._members.add(member)

    def leave(self, member: Member) -> None:
        self._members.discard(member)
        self._tell_presence(self.presence.leave(member), without=member)

    @property
    def is_empty(self) -> bool:
        return not self._members

    @property
    def is_broken(self) -> bool:
        """Whether the room gave up, so that the next socket needs another."""
        return self._is_broken

    def state_vector(self) -> bytes:
        return self._doc.get_state()

    def missing_in(self, state_vector: bytes) -> bytes:
        """All that a client with this state lacks. Raises `ValueError` for bytes that are no state."""
        return self._doc.get_update(state_vector)

    def hear_presence(self, member: Member, clients: Iterable[ClientState]) -> None:
        self._tell_presence(self.presence.hear(member, member.person_id, clients), without=member)

    async def submit(self, item: FromMember) -> None:
        """Queues an update; waits while too many wait already."""
        if item.update != EMPTY_UPDATE and not self._is_broken:
            await self._queue.put(item)

    def submit_stored(self, item: FromElsewhere) -> None:
        """Queues an update that is stored. When too many wait it is left out: the gap is found and read later."""
        try:
            self._queue.put_nowait(item)
        except asyncio.QueueFull:
            _log.info("A room has more to do than it queues; it reads a stored update later")

    # The room's own task

    async def work(self) -> None:
        """Takes updates in order: tries, stores, applies and tells. Ends when cancelled, or when storing fails."""
        while not self._is_broken:
            batch = [await self._queue.get()]
            while not self._queue.empty():
                batch.append(self._queue.get_nowait())
            try:
                await self._take(batch)
            except DomainError as error:
                self._give_up(Closing.NOT_FOUND, error.detail)
            except Exception:
                _log.exception("The live document of %s could not be stored", self.project_id)
                self._give_up(Closing.TRY_AGAIN, "The server could not store this. Nothing is lost: it is sent again.")
            finally:
                for _ in batch:
                    self._queue.task_done()

    async def drained(self) -> None:
        """Returns once everything that waited was taken."""
        await self._queue.join()

    async def _take(self, batch: list[FromMember | FromElsewhere]) -> None:
        new = [item for item in batch if isinstance(item, FromMember) and self._accepts(item)]
        if new:
            rows = [(item.update, item.member.person_id) for item in new]
            last = await asyncio.wrap_future(writer.append(self.project_id, rows))
            for sequence, item in enumerate(new, start=last - len(new) + 1):
                self._apply(item.update, sequence, without=item.member)
        for other in batch:
            if isinstance(other, FromElsewhere) and not self._has(other.sequence):
                self._apply_stored(other.update, other.sequence)
        if self._ahead and self._queue.empty():
            await self._close_gaps()
        if self._stored_updates > COMPACT_AFTER and not self._ahead:
            await self._compact()

    def _accepts(self, item: FromMember) -> bool:
        """Tries an update on the copy of the document; whoever sent one that does not fit is sent away."""
        if self._size + len(item.update) > DOCUMENT_LIMIT:
            self._size = len(self._trial.get_update())
            if self._size + len(item.update) > DOCUMENT_LIMIT:
                reason = f"The project's text would be larger than {DOCUMENT_LIMIT // 1024**2} MB."
                item.member.dismiss(Closing.TOO_LARGE, reason)
                return False
        if item.types and self._types + item.types > TYPES_LIMIT:
            item.member.dismiss(Closing.TOO_LARGE, f"A document has at most {TYPES_LIMIT} shared types.")
            return False
        try:
            self._trial.apply_update(item.update)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # the decoder is not Python: what it throws at garbage need not be an Exception
            item.member.dismiss(Closing.MALFORMED, "This is not an update of this document.")
            self._trial = Doc()
            self._trial.apply_update(self._doc.get_update())
            return False
        self._size += len(item.update)
        self._types += item.types
        return True

    def _apply(self, update: bytes, sequence: int, without: Member | None = None) -> None:
        self._doc.apply_update(update)
        self._stored_updates += 1
        self._note(sequence)
        frame = update_frame(update)
        for member in self._members:
            if member is not without:
                member.deliver(frame)

    def _apply_stored(self, update: bytes, sequence: int) -> None:
        """Applies what another process, or the API, stored."""
        self._trial.apply_update(update)
        self._types += types_made_by(update)
        self._apply(update, sequence)

    def _has(self, sequence: int) -> bool:
        return sequence <= self._sequence or sequence in self._ahead

    def _note(self, sequence: int) -> None:
        """Remembers a number that is in the document; `_sequence` is the last before the first gap."""
        self._ahead.add(sequence)
        while self._sequence + 1 in self._ahead:
            self._sequence += 1
            self._ahead.remove(self._sequence)

    async def _close_gaps(self) -> None:
        """Reads what another process stored in between. A number without a row is in a state that was merged."""
        last = max(self._ahead)
        stored = await database_sync_to_async(load_between, thread_sensitive=False)(
            self.project_id, self._sequence, last
        )
        for sequence, update in stored:
            if not self._has(sequence):
                self._apply_stored(update, sequence)
        if self._ahead:
            whole = await database_sync_to_async(load_stored, thread_sensitive=False)(self.project_id)
            self._apply_stored(whole.update, whole.sequence)
            self._sequence = max(self._sequence, whole.sequence, last)
            self._ahead.clear()

    async def _compact(self) -> None:
        state, sequence = self._doc.get_update(), self._sequence
        self._stored_updates = 0
        await asyncio.wrap_future(writer.do(lambda: compact(self.project_id, state, sequence)))

    def _tell_presence(self, news: tuple[ClientState, ...], without: Member) -> None:
        if news:
            frame = awareness_frame(news)
            for member in self._members:
                if member is not without:
                    member.deliver(frame)

    def _give_up(self, code: int, reason: str) -> None:
        self._is_broken = True
        for member in tuple(self._members):
            member.dismiss(code, reason)
        # Whoever waits for a place in the queue goes on; its client still has the update, and sends it again.
        while not self._queue.empty():
            self._queue.get_nowait()
            self._queue.task_done()


class Rooms:
    """The rooms of this process. They belong to one event loop, that of the server."""

    def __init__(self) -> None:
        self._rooms: dict[UUID, tuple[Room, asyncio.Future[None], asyncio.Task[None]]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    async def enter(self, project_id: UUID, member: Member) -> Room:
        """The project's room with the member in it; loads it for the first."""
        self._loop = asyncio.get_running_loop()
        if project_id not in self._rooms or self._rooms[project_id][0].is_broken:
            room = Room(project_id)
            loading = asyncio.ensure_future(room.load())
            # In the register before it is loaded: what is written meanwhile waits in its queue.
            self._rooms[project_id] = (room, loading, asyncio.create_task(self._serve(room, loading)))
        room, loaded, _ = self._rooms[project_id]
        room.join(member)
        try:
            await asyncio.shield(loaded)
        except BaseException:
            await self.leave(room, member)
            raise
        return room

    async def leave(self, room: Room, member: Member) -> None:
        """Takes the member out; the last one's room closes once all is stored."""
        room.leave(member)
        if room.is_empty:
            await self._close_if_idle(room)

    async def _serve(self, room: Room, loaded: asyncio.Future[None]) -> None:
        with contextlib.suppress(Exception):  # whoever enters hears of it
            await asyncio.shield(loaded)
        if _succeeded(loaded):
            await room.work()

    async def _close_if_idle(self, room: Room) -> None:
        entry = self._rooms.get(room.project_id)
        if not room.is_broken and entry is not None and entry[0] is room and _succeeded(entry[1]):
            await room.drained()
        if not room.is_empty:
            return
        entry = self._rooms.get(room.project_id)
        if entry is not None and entry[0] is room:
            del self._rooms[room.project_id]
            entry[2].cancel()

    def tell(self, project_id: UUID, item: FromElsewhere) -> None:
        """Hands a stored update to the project's room, if there is one. Safe from any thread; never waits."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            try:
                loop.call_soon_threadsafe(self._tell, project_id, item)
            except RuntimeError:
                _log.info("The server is going down; a stored update was not told")

    def _tell(self, project_id: UUID, item: FromElsewhere) -> None:
        if project_id in self._rooms:
            self._rooms[project_id][0].submit_stored(item)

    def close_from_thread(self, seconds: float = 10.0) -> None:
        """Stores what waits in all rooms and ends the writer; called from another thread when the server stops."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            asyncio.run_coroutine_threadsafe(self.close(), loop).result(seconds)

    async def close(self) -> None:
        """Stores what waits in all rooms, and ends the writer."""
        for room, loaded, task in tuple(self._rooms.values()):
            if _succeeded(loaded) and not room.is_broken:
                await room.drained()
            task.cancel()
        self._rooms.clear()
        await asyncio.to_thread(writer.close)


def _succeeded(done: asyncio.Future[None]) -> bool:
    return done.done() and not done.cancelled() and done.exception() is None


rooms = Rooms()
"""The rooms of this process."""
