"""People who edit scalars of one document, each with a line that may be cut, and the room's part without a database."""

from __future__ import annotations

import random
import re
import uuid
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from pycrdt import Doc, Text, merge_updates

from forge.collab.protocol.frames import (
    ReceivedFrames,
    SyncStep1,
    Update,
    read_frame,
    received_frame,
    step_1_frame,
    step_2_frame,
    update_frame,
)
from forge.collab.room import live_document
from forge.collab.room.conflict_resolver import ConflictResolver
from forge.collab.room.greeting import Greeting
from forge.collab.room.live_document import LiveDocument, UpdateResult
from forge.collab.room.storage import StoredDocument
from forge.collab.room.submissions import FromMember, RoomMember
from forge.projects.files.document import add_text, files_map, text_edits

_VALUE = re.compile(r"(: \[?)[\d.]+|^[a-z]\w*$")


@contextmanager
def documents_by(chance: random.Random) -> Iterator[None]:
    """Documents that are made inside get their client ids by chance: of a seed, letters have one order."""

    def numbered() -> Doc[Any]:
        return Doc(client_id=chance.randrange(1, 2**31))

    with patch.object(live_document, "Doc", numbered), patch(f"{__name__}.new_doc", numbered):
        yield


def new_doc() -> Doc[Any]:
    return Doc()


def new_document(files: Mapping[str, str]) -> bytes:
    doc = new_doc()
    for path, text in files.items():
        add_text(doc, path, text)
    return doc.get_update()


class OfflineServer:
    """A room's handling of frames: settles, stores, sends. Nothing is stored but in memory."""

    def __init__(self, update: bytes) -> None:
        self.document = LiveDocument(StoredDocument(update, 0, 0, 10))
        self.conflicts = ConflictResolver(self.document, {})
        self.members: set[OfflinePerson] = set()
        self.stored: list[bytes] = [update]

    def receive(self, member: OfflinePerson, frame: bytes) -> None:
        match read_frame(frame):
            case SyncStep1(theirs):
                member.inbox += member.greeting.receive_state(theirs, may_edit=True)
            case ReceivedFrames(frames):
                member.received_by_server = frames
            case Update(update, facts, is_answer):
                self._take(member, FromMember(update, member, facts, is_answer, member.received_by_server))
                if is_answer:
                    member.inbox += member.greeting.receive_answer()

    def question(self, member: RoomMember, theirs: bytes) -> tuple[bytes, bool]:
        return self.conflicts.question(member, theirs)

    def state(self) -> bytes:
        return self.document.doc.get_state()

    def answer(self, member: RoomMember, theirs: bytes) -> bytes:
        self.conflicts.log.note_answer(member)
        return step_2_frame(self.document.doc.get_update(theirs))

    def _take(self, sender: OfflinePerson, item: FromMember) -> None:
        verdict, items = self.conflicts.try_item(item)
        if verdict is UpdateResult.SOMETHING_MISSING:
            sender.inbox.append(step_1_frame(self.document.doc.get_state()))
        assert verdict not in (UpdateResult.BAD, UpdateResult.TOO_LARGE, UpdateResult.TOO_MANY_TYPES), verdict
        self.conflicts.new_clients(list(items))
        updates = [each.update for each in items]
        self.stored += updates
        self.document.take(updates, self.document.sequence + len(updates))
        self.conflicts.log.mark_stored()
        for member in self.members if updates else ():
            if (len(updates) > 1 or member is not sender) and self.conflicts.log.note_update(member):
                member.inbox.append(update_frame(merge_updates(*updates)))


class OfflinePerson:
    """A page: its document, and what is on the way to it and from it."""

    def __init__(self, name: str, server: OfflineServer) -> None:
        self.person_id = uuid.uuid4()
        self.person: Mapping[str, Any] = {"name": name}
        self.doc = new_doc()
        self.wrote: set[tuple[str, str]] = set()
        """Lines that were in front of this person when they had made an edit: file and line."""
        self._server = server
        self.connect()

    def deliver(self, frame: bytes) -> None:
        """The server here puts frames into the inbox."""

    def dismiss(self, code: int, reason: str) -> None:
        raise AssertionError(reason)

    def connect(self) -> None:
        self.inbox: deque[bytes] = deque()
        self.outbox: deque[tuple[bytes, int]] = deque()
        """Frames, each with how many were heard when it was sent."""
        self.greeting = Greeting(self._server, self)
        self.received_by_server: int | None = None
        self._received = self._acknowledged = 0
        self.is_online = True
        self._server.members.add(self)
        self._send(received_frame(0))
        self._send(step_1_frame(self.doc.get_state()))

    def disconnect(self) -> None:
        """Loses the frames on the way, except those that were sent before something that came."""
        while self.outbox and self.outbox[0][1] < self._received:
            self.send()
        self.is_online = False
        self._server.members.discard(self)
        self._server.conflicts.forget(self)
        self.inbox.clear()
        self.outbox.clear()

    def receive(self) -> None:
        match read_frame(self.inbox.popleft()):
            case SyncStep1(theirs):
                self._send(step_2_frame(self.doc.get_update(theirs)))
            case Update(update):
                self.doc.apply_update(update)
                self._received += 1

    def send(self) -> None:
        self._server.receive(self, self.outbox.popleft()[0])

    def _send(self, frame: bytes) -> None:
        self.outbox.append((frame, self._received))

    def files(self) -> dict[str, Text]:
        return {value["path"]: value["text"] for value in files_map(self.doc).values()}

    def edit(self, path: str, new: str) -> None:
        """Turns a file's text into another by one small edit."""
        updates: list[bytes] = []
        watching = self.doc.observe(lambda event: updates.append(event.update))
        text = self.files()[path]
        with self.doc.transaction():
            old = str(text)
            for start, end, insertion in reversed(list(text_edits(old, new))):
                first = len(old[:start].encode())
                del text[first : first + len(old[start:end].encode())]
                if insertion:
                    text.insert(first, insertion)
        self.doc.unobserve(watching)
        for update in updates if self.is_online else ():
            if self._acknowledged != self._received:
                self._acknowledged = self._received
                self._send(received_frame(self._received))
            self._send(update_frame(update))
        self.wrote |= {(path, line) for line in str(text).split("\n")}

    def replace_number(self, path: str, line: int, value: str) -> None:
        """Writes another value behind a line's key; of a list, its first number."""
        lines = str(self.files()[path]).split("\n")
        if line < len(lines):
            lines[line] = re.sub(
                r"(: \[?)[\d.]+|^[a-z]\w*$", lambda match: (match[1] or "") + value, lines[line], count=1
            )
            self.edit(path, "\n".join(lines))


def everything_arrives(chance: random.Random, people: list[OfflinePerson]) -> None:
    """All connect, and all that is on the way arrives, in an order by chance."""
    for person in people:
        if not person.is_online:
            person.connect()
    while waiting := [person for person in people if person.inbox or person.outbox]:
        step(chance, waiting)


def step(chance: random.Random, people: list[OfflinePerson]) -> None:
    """Plays the next frame of a person."""
    ways = [way for person in people for way in ((person, True),) * bool(person.inbox)]
    ways += [way for person in people for way in ((person, False),) * bool(person.outbox)]
    if ways:
        person, is_in = chance.choice(ways)
        (person.receive if is_in else person.send)()
