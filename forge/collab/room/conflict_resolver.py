"""Tries what sockets send, and takes back what it makes of lines that others wrote meanwhile. Knows no socket's frames.

Shared texts merge by letters. Where the sender of an update had not seen all, the document as they saw it is built
again beside the room's, and `rune.editing.merge.concurrent_edits` says which of their edits make a line that neither
side wrote. Only a room does this: two clients that repaired a line would write it twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from forge.collab.merging.update_log import UpdateLog
from forge.collab.merging.whole_lines import Author, WatchedTexts, repair, watching
from forge.collab.protocol.updates import BadUpdate, UpdateFacts, read_state_vector, read_update
from forge.collab.room.live_document import LiveDocument, UpdateResult
from forge.collab.room.submissions import FromMember, RoomMember

WHOLE_LIMIT = 512 * 1024
"""Bytes of a document that somebody who comes back is asked for as a whole. A larger one merges by letters then."""
_NOTHING = b"\x00"
"""The state vector of an empty document."""


@dataclass(frozen=True)
class AcceptedUpdate:
    """An update that is to be stored; `sender` is None for the server's own."""

    update: bytes
    facts: UpdateFacts
    sender: RoomMember | None


class ConflictResolver:
    """The room's record of who had seen and who wrote each update."""

    def __init__(self, document: LiveDocument, names: Mapping[int, str]) -> None:
        self._document = document
        self._names = dict(names)
        self._questioned_members: set[RoomMember] = set()
        """The members who were asked for missing edits, and have not answered yet."""
        self.log = UpdateLog(document.doc.get_update())

    def question(self, member: RoomMember, theirs: bytes) -> tuple[bytes, bool]:
        """Returns the state vector with which a client that has `theirs` is asked for what is missing here, and whether
        the client has to answer before it hears anything. A client that may edit and lacks others' edits is asked for
        everything: only that shows what it had seen. Raises `ValueError` for bytes that are no state vector.

        Who may bring edits and lacks others' is asked for everything: only that says what they had seen. Raises
        `ValueError` for bytes that are no state vector.
        """
        ours = self._document.doc.get_state()
        try:
            their_clocks = read_state_vector(theirs)
        except BadUpdate as error:
            raise ValueError("no state vector") from error
        # Edits before the answer may lack a deletion that was lost with an earlier connection: no state says so.
        self._questioned_members.add(member)
        is_apart = bool(their_clocks) and their_clocks != read_state_vector(ours)
        if is_apart and self._document.size <= WHOLE_LIMIT:
            return _NOTHING, True
        if not is_apart:
            self.log.note_all_received(member)
        return ours, False

    def forget(self, member: RoomMember) -> None:
        """A socket is gone."""
        self._questioned_members.discard(member)
        self.log.forget(member)

    def try_item(self, item: FromMember) -> tuple[UpdateResult, tuple[AcceptedUpdate, ...]]:
        """Tries an update; a good one is to be stored, and behind it what takes back a part of it."""
        if item.received_frames is not None:
            self.log.note_received(item.member, item.received_frames)
        if item.member in self._questioned_members:
            if not item.is_answer:
                return UpdateResult.NOTHING_NEW, ()  # it is in the answer, which is on its way
            self._questioned_members.remove(item.member)
        # Of a client that does not say what it has heard, only a whole answer shows what it had seen.
        is_followed = item.received_frames is not None
        if item.is_answer and item.facts.brings and item.facts.fits({}):
            is_followed = True
            whole = item.update
            try:
                update = self._document.news_in(whole)
                item = replace(item, update=update, facts=read_update(update))
            except ValueError:  # `BadUpdate` is one
                return UpdateResult.BAD, ()
            self.log.note_initial(item.member, whole)
        if not (is_followed and self.log.is_behind(item.member)):
            verdict, change = self._document.try_update(item.update, item.facts), None
        else:
            with watching(self._document.trial) as watched_texts:
                verdict = self._document.try_update(item.update, item.facts)
            change = (
                self._repair(item, watched_texts) if verdict is UpdateResult.GOOD and watched_texts.deltas else None
            )
        if verdict is not UpdateResult.GOOD:
            return verdict, ()
        self.log.add(item.member, item.update)
        accepted_update = AcceptedUpdate(item.update, item.facts, item.member)
        if change is None:
            return verdict, (accepted_update,)
        self.log.add(None, change)
        return verdict, (accepted_update, AcceptedUpdate(change, read_update(change), None))

    def _repair(self, item: FromMember, watched_texts: WatchedTexts) -> bytes | None:
        """Takes back what cannot stand of an update that was tried; answers the server's update."""
        try:
            seen_document = self.log.as_seen_by(item.member)
            seen_document.apply_update(item.update)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # the decoder is not Python, and what a client sent need not be of one piece
            return None
        author = Author(str(item.member.person.get("name", "")), str(item.member.person_id), _now())
        return self._document.edit(lambda doc: repair(doc, watched_texts, seen_document, author, self._names))

    def note_stored(self, update: bytes) -> None:
        """An update came that is stored already."""
        self.log.add(None, update)
        self.log.mark_stored()

    def begin_anew(self) -> None:
        """The document was read whole."""
        self.log.begin_anew(self._document.doc.get_update())

    def new_clients(self, items: list[AcceptedUpdate]) -> dict[int, UUID]:
        """The people behind clients that were not seen before; who brings the texts of several vouches for none."""
        new: dict[int, UUID] = {}
        for item in items:
            if item.sender is not None and len(item.facts.brings) == 1:
                client = next(iter(item.facts.brings))
                if client not in self._names:
                    self._names[client] = str(item.sender.person.get("name", ""))
                    new[client] = item.sender.person_id
        return new


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
