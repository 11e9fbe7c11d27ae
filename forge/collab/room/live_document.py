"""A live document in memory, twice: as it is stored, and a copy on which updates are tried. Knows no socket.

An update is taken only when all that it builds on is there, so that what is stored can always be read in order and
nothing ever waits in a document for a part that may not come.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any

from pycrdt import Doc, TransactionEvent, get_update

from forge.collab.protocol.updates import BadUpdate, UpdateFacts, read_state_vector, read_update
from forge.collab.room.storage import StoredDocument, count_types

DOCUMENT_LIMIT = 20 * 1024 * 1024
"""Bytes of a whole document as one update."""
TYPES_LIMIT = 5_000
"""Shared types that may be made in a document: a file is two. Deleting one calls itself for each that is nested in it,
on a stack that holds some 30,000; counted are all that a room ever saw, wherever they are in the document."""
_PAIR = re.compile(rb"[\xf0-\xf4][\x80-\xbf]{3}")
"""UTF-8 of a character that Yjs counts as two, such as an emoji."""


class UpdateResult(Enum):
    """The result of trying an update."""

    GOOD = "good"
    NOTHING_NEW = "nothing new"
    SOMETHING_MISSING = "something missing"
    BAD = "bad"
    TOO_LARGE = "too large"
    TOO_MANY_TYPES = "too many types"


class LiveDocument:
    """A document as it was stored, and as it will be when what was tried is stored too."""

    def __init__(self, stored_document: StoredDocument) -> None:
        self._doc: Doc[Any] = Doc()
        self._not_applied: list[bytes] = []
        self.sequence = stored_document.sequence
        """The number up to which all updates are in it."""
        self._ahead: set[int] = set()
        self._types = stored_document.types
        self._size = len(stored_document.update)
        self._clocks: dict[int, int] = {}
        self._changes: list[bytes] = []
        self._tried_updates: list[bytes] = []
        self._doc.apply_update(stored_document.update)
        self._has_pairs = _PAIR.search(stored_document.update) is not None
        self._new_trial()

    @property
    def doc(self) -> Doc[Any]:
        """The document as it is stored. It is asked for now and then; what came meanwhile is applied together."""
        if self._not_applied:
            waiting, self._not_applied = self._not_applied, []
            with self._doc.transaction():
                for update in waiting:
                    self._doc.apply_update(update)
        return self._doc

    def _new_trial(self) -> None:
        self._trial: Doc[Any] = Doc()
        for update in (self.doc.get_update(), *self._tried_updates):
            self._trial.apply_update(update)
        self._clocks = read_state_vector(self._trial.get_state())

        def note(event: TransactionEvent) -> None:
            self._changes.append(event.update)

        self._watching = self._trial.observe(note)

    @property
    def size(self) -> int:
        """Bytes of the whole as one update, or somewhat more."""
        return self._size

    @property
    def has_gap(self) -> bool:
        """Whether an update is known to be stored that is not in it."""
        return bool(self._ahead)

    def has(self, sequence: int) -> bool:
        """Returns whether it holds the update of this number."""
        return sequence <= self.sequence or sequence in self._ahead

    def try_update(self, update: bytes, facts: UpdateFacts) -> UpdateResult:
        """Tries an update that is new. A good one is to be stored and then given to `take`."""
        if not facts.fits(self._clocks):
            return UpdateResult.SOMETHING_MISSING
        if self._size + len(update) > DOCUMENT_LIMIT:
            self._size = len(self._trial.get_update())
            if self._size + len(update) > DOCUMENT_LIMIT:
                return UpdateResult.TOO_LARGE
        if facts.types and self._types + facts.types > TYPES_LIMIT:
            return UpdateResult.TOO_MANY_TYPES
        self._changes.clear()
        try:
            self._trial.apply_update(update)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # the decoder is not Python: what it throws at garbage need not be an Exception
            self._new_trial()
            return UpdateResult.BAD
        if not self._changes:
            return UpdateResult.NOTHING_NEW
        if facts.deletes and not self._survives_storing(update):
            self._new_trial()
            return UpdateResult.BAD
        self._tried_updates.append(update)
        self._note(update, facts)
        return UpdateResult.GOOD

    def _survives_storing(self, update: bytes) -> bool:
        """Returns whether the document with a tried update is read again as it is.

        The decoder deletes a character that Yjs counts as two even where only half of it is deleted, and then writes
        one clock too few: later edits would lack something.
        """
        if not (self._has_pairs or _PAIR.search(update)):
            return True
        again: Doc[Any] = Doc()
        again.apply_update(self._trial.get_update())
        return read_state_vector(again.get_state()) == read_state_vector(self._trial.get_state())

    @property
    def trial(self) -> Doc[Any]:
        """The document with all that was tried, to look at."""
        return self._trial

    def news_in(self, whole: bytes) -> bytes:
        """Returns the updates in a client's document that were not tried. Raises `ValueError` if it cannot be read."""
        try:
            return get_update(whole, self._trial.get_state())
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # as in `try_update`
            raise ValueError("no document") from error

    def edit(self, change: Callable[[Doc[Any]], None]) -> bytes | None:
        """Makes an edit of the server behind what was tried; answers its update, which is to be stored with that."""
        self._changes.clear()
        with self._trial.transaction():
            change(self._trial)
        if not self._changes:
            return None
        (update,) = self._changes
        self._tried_updates.append(update)
        self._note(update, read_update(update))
        return update

    def _note(self, update: bytes, facts: UpdateFacts) -> None:
        facts.note_in(self._clocks)
        self._size += len(update)
        self._has_pairs = self._has_pairs or _PAIR.search(update) is not None
        self._types += facts.types

    def take(self, updates: Sequence[bytes], last: int) -> None:
        """Takes what was tried and is stored now, with `last` as the last one's number."""
        for sequence, update in enumerate(updates, start=last - len(updates) + 1):
            self._not_applied.append(update)
            self._count(sequence)
        self._tried_updates.clear()

    def take_stored(self, update: bytes, sequence: int) -> bool:
        """Takes what another process or the API stored; False when something is to be read before it."""
        try:
            facts = read_update(update)
        except BadUpdate:
            # Stored by an older release, or by hand: the decoder has taken it before and takes it now.
            facts = UpdateFacts(count_types(update), {}, {})
        if not facts.fits(self._clocks):
            return False
        self._trial.apply_update(update)
        self._note(update, facts)
        self._not_applied.append(update)
        self._count(sequence)
        return True

    def take_whole(self, stored_document: StoredDocument) -> None:
        """Takes the document as it is stored, with all that it holds."""
        self.doc.apply_update(stored_document.update)
        self.sequence = max(self.sequence, stored_document.sequence)
        self._ahead = {sequence for sequence in self._ahead if sequence > self.sequence}
        self._has_pairs = self._has_pairs or _PAIR.search(stored_document.update) is not None
        self._types, self._size = stored_document.types, max(self._size, len(stored_document.update))
        self._new_trial()

    def _count(self, sequence: int) -> None:
        """Remembers a number that is in the document; `sequence` is the last before the first gap."""
        self._ahead.add(sequence)
        while self.sequence + 1 in self._ahead:
            self.sequence += 1
            self._ahead.remove(self.sequence)

    def clocks(self) -> Mapping[int, int]:
        """Up to which clock each client is known."""
        return self._clocks
