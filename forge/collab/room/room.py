"""A room: one live document in this process, for all sockets on it, and for what other processes store.

An update is tried on a copy, stored, and only then applied and told to the others: what anyone sees is on the disk.
Everything here happens on the event loop's thread; the database is reached through the writer and threads.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from pycrdt import merge_updates as merged_update

from forge.collab.closing import Closing
from forge.collab.protocol.frames import (
    EMPTY_UPDATE,
    ClientState,
    awareness_frame,
    step_1_frame,
    step_2_frame,
    update_frame,
)
from forge.collab.room.attendance import Attendance
from forge.collab.room.conflict_resolver import AcceptedUpdate, ConflictResolver
from forge.collab.room.live_document import DOCUMENT_LIMIT, TYPES_LIMIT, LiveDocument, UpdateResult
from forge.collab.room.presence import OtherProcess, Presence
from forge.collab.room.storage import load_after, load_stored
from forge.collab.room.submissions import Behind, FromElsewhere, FromMember, RoomMember
from forge.collab.room.visitors import KIND, Visitor, room_group
from forge.collab.room.writer import writer
from forge.core.errors import DomainError
from forge.core.events.delivery import deliver_to_other_processes, is_shared
from forge.projects.files.document_store import merge_updates

_log = logging.getLogger(__name__)

MERGE_AFTER = 200
"""Updates that are merged into one state; for a large document more, so that a state is not written all the time."""
BYTES_PER_UPDATE = 4096
"""Bytes of a document for each of which one more update is waited for before they are merged."""
QUEUE_LIMIT = 1_000
"""Updates that may wait in a room; a client that sends more waits too."""
MAX_ROUNDS = 8
"""How often updates that came out of order are tried again in one batch; who sent more of them is asked."""
SMALL_ROOM = 20
"""Members up to which each update is sent at once; in a larger room several updates are sent together."""
DELAY_PER_MEMBER_SECONDS = 0.00025
"""Seconds that updates are gathered for each member above those."""
PRESENCE_DELAY_SECONDS = 0.03
"""Seconds that news of who is where are gathered."""
HEARTBEAT_SECONDS = 2.0
"""Seconds after which a process says again who is there."""
LOST_AFTER_SECONDS = 7.0
"""Seconds without that after which another process counts as gone, and its people too."""

_NOBODY: Mapping[int, Any] = {}

PROCESS = secrets.token_hex(8)
"""This process, among those of the installation."""


class Room:
    """The live document of one project. Made by `Rooms.enter`."""

    def __init__(self, project_id: UUID) -> None:
        self.project_id = project_id
        self.group = room_group(project_id)
        self.presence = Presence()
        self._attendance = Attendance(project_id, self.presence)
        self._members: set[RoomMember] = set()
        self._queue: asyncio.Queue[FromMember | FromElsewhere | Behind] = asyncio.Queue(QUEUE_LIMIT)
        self._document: LiveDocument
        self._conflicts: ConflictResolver
        self._is_broken = False
        self._updates_beside_state = 0
        self._merging: asyncio.Task[None] | None = None
        self._presence_news: dict[int, tuple[ClientState, RoomMember]] = {}
        self._processes: dict[str, float] = {}
        self._last_heartbeat_at = 0.0

    async def load(self) -> None:
        """Reads the stored document."""
        stored_document = await database_sync_to_async(load_stored, thread_sensitive=False)(self.project_id)
        self._document = LiveDocument(stored_document)
        self._conflicts = ConflictResolver(self._document, stored_document.clients)
        self._updates_beside_state = stored_document.updates
        deliver_to_other_processes(self.group, {"kind": "who", "process": PROCESS})
        self._send_presence(await self._attendance.load())

    # Requests of sockets

    def join(self, member: RoomMember) -> None:
        self._members.add(member)

    def leave(self, member: RoomMember) -> None:
        self._members.discard(member)
        if hasattr(self, "_conflicts"):  # not in a room that could not be loaded
            self._conflicts.forget(member)
        self._note_presence(self.presence.leave(member), member)

    @property
    def is_empty(self) -> bool:
        return not self._members

    @property
    def is_broken(self) -> bool:
        """Whether the room gave up, so that the next socket needs another."""
        return self._is_broken

    def question(self, member: RoomMember, theirs: bytes) -> tuple[bytes, bool]:
        """The state vector to ask a socket with that comes with this state, and whether its answer comes first.

        Raises `ValueError` for bytes that are no state.
        """
        return self._conflicts.question(member, theirs)

    def answer(self, member: RoomMember, theirs: bytes) -> bytes:
        """A frame with all that a client with this state lacks. Raises `ValueError` for bytes that are no state."""
        frame = step_2_frame(self._document.doc.get_update(theirs))
        self._conflicts.log.note_answer(member)
        return frame

    def state(self) -> bytes:
        """The state vector of the document as it is stored."""
        return self._document.doc.get_state()

    def receive_presence(self, member: RoomMember, clients: Iterable[ClientState], *, is_first: bool) -> None:
        """Handles a presence message of a socket; `is_first` on a socket that sent none before."""
        self._note_presence(self.presence.receive(member, member.person, clients, is_first=is_first), member)

    async def submit(self, item: FromMember) -> None:
        """Queues an update; waits while too many wait already. An answer is heard even where it brings nothing."""
        if (item.is_answer or item.update != EMPTY_UPDATE) and not self._is_broken:
            await self._queue.put(item)

    # Reports of other processes and of the database

    def submit_stored(self, item: FromElsewhere | Behind) -> None:
        """Queues what is stored. When too many wait it is left out: the watch finds it."""
        if not self._is_broken and not self._queue.full():
            self._queue.put_nowait(item)

    def notice(self, sequence: int) -> None:
        """Handles the document's last number, as the watch found it."""
        if sequence > self._document.sequence:
            self.submit_stored(Behind(sequence))
        if is_shared():
            self._beat()
        self._send_presence(self._attendance.end_visits())

    def receive_from_process(self, message: Mapping[str, Any]) -> None:
        """A message of another process to this room."""
        if "process" in message:
            self._processes[message["process"]] = time.monotonic()
        match message["kind"]:
            case "updates":
                for sequence, update in enumerate(message["updates"], start=message["first"]):
                    self.submit_stored(FromElsewhere(update, sequence))
            case "presence":
                clients = (ClientState(*entry) for entry in message["clients"])
                other = OtherProcess(message["process"])
                self._send_presence(self.presence.receive_from_process(other, clients, are_all=message["all"]))
            case "who":
                self._announce_presence()
            case _ if message["kind"] == KIND:
                # Behind the edit that its cursor is in.
                news = self._attendance.show(Visitor.of_message(message))
                asyncio.get_running_loop().call_later(self._presence_delay, self._send_presence, news)

    def _beat(self) -> None:
        """Says who is here, and forgets processes that no longer do."""
        now = time.monotonic()
        if now - self._last_heartbeat_at > HEARTBEAT_SECONDS:
            self._announce_presence()
        for process in [
            name for name, last_seen_at in self._processes.items() if now - last_seen_at > LOST_AFTER_SECONDS
        ]:
            del self._processes[process]
            self._send_presence(self.presence.leave(OtherProcess(process)))

    def _announce_presence(self) -> None:
        self._last_heartbeat_at = time.monotonic()
        self._publish_presence(self.presence.here(), are_all=True)

    # The room's own task

    async def work(self) -> None:
        """Takes updates in order: tries, stores, applies and tells. Ends when cancelled, or when storing fails."""
        while not self._is_broken:
            batch = [await self._queue.get()]
            if len(self._members) > SMALL_ROOM:
                await asyncio.sleep((len(self._members) - SMALL_ROOM) * DELAY_PER_MEMBER_SECONDS)
            while not self._queue.empty():
                batch.append(self._queue.get_nowait())
            try:
                await self._take(batch)
            except DomainError as error:
                self._fail(Closing.NOT_FOUND, error.detail)
            except Exception:
                _log.exception("The live document of %s could not be stored", self.project_id)
                self._fail(
                    Closing.TRY_AGAIN, "The server could not store your edit. Nothing is lost: it is sent again."
                )
            finally:
                for _ in batch:
                    self._queue.task_done()

    async def drained(self) -> None:
        """Returns once everything that waited was taken."""
        await self._queue.join()

    async def _take(self, batch: list[FromMember | FromElsewhere | Behind]) -> None:
        known_up_to = 0
        for item in batch:
            if isinstance(item, FromMember):
                continue
            if isinstance(item, Behind) or not self._take_stored(item.update, item.sequence):
                known_up_to = max(known_up_to, item.sequence)
        if known_up_to > self._document.sequence:
            await self._catch_up()
            self._send_presence(await self._attendance.load())
        good, unfit = self._split_by_fit([item for item in batch if isinstance(item, FromMember)])
        await self._store(good)
        if unfit:
            # Another process may have stored the updates that these build on, and its report has not arrived yet.
            await self._catch_up()
            good, unfit = self._split_by_fit(unfit)
            await self._store(good)
            self._request_missing(unfit)
        self._merge_if_many()

    def _split_by_fit(self, items: list[FromMember]) -> tuple[list[AcceptedUpdate], list[FromMember]]:
        """The updates that are to be stored, in an order in which each fits, and those that lack something.

        Behind an update that made lines which nobody wrote comes one of the server, which takes them back.
        """
        good: list[AcceptedUpdate] = []
        unfit: list[FromMember] = []
        for _ in range(MAX_ROUNDS):
            unfit = []
            for item in items:
                verdict, accepted_updates = self._conflicts.try_item(item)
                good += accepted_updates
                if verdict is UpdateResult.GOOD:
                    continue
                if verdict is UpdateResult.SOMETHING_MISSING:
                    unfit.append(item)
                else:
                    _refuse(item.member, verdict)
            if len(unfit) in (0, len(items)):
                break
            items = unfit
        return good, unfit

    async def _store(self, items: list[AcceptedUpdate]) -> None:
        """Stores what was tried, then applies it and tells the others."""
        if not items:
            return
        rows = [(item.update, None if item.sender is None else item.sender.person_id) for item in items]
        updates = [item.update for item in items]
        last = await writer.append(self.project_id, rows, self._conflicts.new_clients(items))
        self._document.take(updates, last)
        self._conflicts.log.mark_stored()
        self._updates_beside_state += len(items)
        if self._processes:  # one that was not heard yet finds it by the numbers, as always
            deliver_to_other_processes(
                self.group, {"kind": "updates", "first": last - len(items) + 1, "updates": updates}
            )
        senders = {item.sender for item in items}
        self._send_updates(updates, without=senders.pop() if len(senders) == 1 else None)

    def _send_updates(self, updates: list[bytes], without: RoomMember | None = None) -> None:
        frame = update_frame(updates[0] if len(updates) == 1 else merged_update(*updates))
        for member in self._members:
            if member is not without and self._conflicts.log.note_update(member):
                member.deliver(frame)

    def _take_stored(self, update: bytes, sequence: int) -> bool:
        """Takes what another process, or the API, stored. False when something must be read before it."""
        if self._document.has(sequence):
            return True
        if not self._document.take_stored(update, sequence):
            return False
        self._updates_beside_state += 1
        self._conflicts.note_stored(update)
        self._send_updates([update])
        return True

    async def _catch_up(self) -> None:
        """Reads from the database what was stored and not heard of."""
        updates = await database_sync_to_async(load_after, thread_sensitive=False)(
            self.project_id, self._document.sequence
        )
        if updates and all(self._take_stored(update, sequence) for sequence, update in updates):
            return
        whole = await database_sync_to_async(load_stored, thread_sensitive=False)(self.project_id)
        if whole.sequence > self._document.sequence:
            before = self._document.doc.get_state()
            self._document.take_whole(whole)
            self._updates_beside_state = whole.updates
            self._conflicts.begin_anew()
            self._send_updates([self._document.doc.get_update(before)])

    def _request_missing(self, items: list[FromMember]) -> None:
        """A frame was lost on the way: its sender is asked for all that is not here."""
        question = step_1_frame(self._document.doc.get_state()) if items else b""
        answering_members = {item.member for item in items if item.is_answer}
        for member in {item.member for item in items}:
            if member in answering_members:
                member.dismiss(Closing.TRY_AGAIN, "An earlier edit is missing. The document is read again.")
            else:
                member.deliver(question)

    def _merge_if_many(self) -> None:
        many = MERGE_AFTER + self._document.size // BYTES_PER_UPDATE
        is_merging = self._merging is not None and not self._merging.done()
        if self._updates_beside_state > many and not self._document.has_gap and not is_merging:
            self._updates_beside_state = 0
            self._merging = asyncio.create_task(self._merge(self._document.doc.get_update(), self._document.sequence))

    async def _merge(self, state: bytes, sequence: int) -> None:
        """Stores the document as one state, while the room goes on."""
        try:
            await asyncio.wrap_future(writer.do(lambda: merge_updates(self.project_id, state, sequence)))
        except Exception:
            _log.exception("The updates of %s could not be merged; it is tried again later", self.project_id)

    # Who is there

    @property
    def _presence_delay(self) -> float:
        return PRESENCE_DELAY_SECONDS + len(self._members) * DELAY_PER_MEMBER_SECONDS

    def _note_presence(self, news: tuple[ClientState, ...], source: RoomMember) -> None:
        """News of this process: the others receive it in a moment, several pieces at once."""
        if news and not self._presence_news:
            asyncio.get_running_loop().call_later(self._presence_delay, self._send_presence_changes)
        for entry in news:
            self._presence_news[entry.client] = (entry, source)

    def _send_presence_changes(self) -> None:
        news, self._presence_news = self._presence_news, {}
        self._send_presence(tuple(entry for entry, _ in news.values()), {c: source for c, (_, source) in news.items()})
        self._publish_presence(tuple(entry for entry, _ in news.values()), are_all=False)

    def _send_presence(self, news: tuple[ClientState, ...], sources: Mapping[int, RoomMember] = _NOBODY) -> None:
        """Tells members what they did not say themselves."""
        if not news:
            return
        everything = awareness_frame(news)
        speakers = set(sources.values())
        for member in self._members:
            if member not in speakers:
                member.deliver(everything)
            elif others := tuple(entry for entry in news if sources.get(entry.client) is not member):
                member.deliver(awareness_frame(others))

    def _publish_presence(self, clients: tuple[ClientState, ...], are_all: bool) -> None:
        if is_shared():
            entries = [[entry.client, entry.clock, entry.state] for entry in clients]
            deliver_to_other_processes(
                self.group, {"kind": "presence", "process": PROCESS, "all": are_all, "clients": entries}
            )

    def _fail(self, code: int, reason: str) -> None:
        self._is_broken = True
        for member in tuple(self._members):
            member.dismiss(code, reason)
        # A sender that waits for a place in the queue goes on; its client still has the update, and sends it again.
        while not self._queue.empty():
            self._queue.get_nowait()
            self._queue.task_done()


def _refuse(member: RoomMember, verdict: UpdateResult) -> None:
    """Disconnects the senders of invalid updates; a sender without new content stays."""
    match verdict:
        case UpdateResult.BAD:
            member.dismiss(Closing.MALFORMED, "This is not an update of this document.")
        case UpdateResult.TOO_LARGE:
            reason = f"The project's text would be larger than {DOCUMENT_LIMIT // 1024**2} MB."
            member.dismiss(Closing.TOO_LARGE, reason)
        case UpdateResult.TOO_MANY_TYPES:
            member.dismiss(Closing.TOO_LARGE, f"A document has at most {TYPES_LIMIT} shared types.")
