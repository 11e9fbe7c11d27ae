"""The recent updates of a room, in order: from them, the document as the sender of an update had it.

A socket gets updates in this order. The studio says how many frames with updates it has heard before it sends an edit;
of a client that does not say it, nothing is known.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

from pycrdt import Doc

LONGEST = 300
"""Updates that are remembered one by one. Who has not heard of an earlier one is not followed."""
MOST_BYTES = 1024 * 1024
"""The most bytes of the updates that are remembered."""
MOST_FOLLOWED = 20
"""Sockets of a room up to which it is followed what each has heard: to build a document for each key of more of them
takes too long."""


@dataclass(frozen=True)
class _LoggedUpdate:
    place: int
    sender: Hashable | None
    update: bytes


@dataclass
class _Frames:
    """The frames that a socket has not received yet, each with the place up to which it goes."""

    sent_count: int = 0
    waiting: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=10 * LONGEST))
    place: int | None = None
    initial: tuple[int, bytes] | None = None
    """The document as it came with the socket, and the place behind it; until the socket has heard something."""


class UpdateLog:
    """The updates of a room, and up to which of them each socket has heard."""

    def __init__(self, whole: bytes) -> None:
        self._base = whole
        self._base_place = 0
        self._entries: deque[_LoggedUpdate] = deque()
        self._bytes = 0
        self._frames: dict[Hashable, _Frames] = {}
        self._last = 0
        self._stored_place = 0

    def add(self, sender: Hashable | None, update: bytes) -> None:
        """An update was taken; `sender` is None for the server's own and for what came from elsewhere."""
        self._last += 1
        self._entries.append(_LoggedUpdate(self._last, sender, update))
        self._bytes += len(update)
        if len(self._entries) > LONGEST or self._bytes > MOST_BYTES:
            self._fold()

    def begin_anew(self, whole: bytes) -> None:
        """The document was read whole: how it came to be is not known."""
        self._last += 1
        self._base, self._base_place = whole, self._last
        self._entries.clear()
        self._bytes = 0

    def _fold(self) -> None:
        """Makes the older half one state."""
        older = [self._entries.popleft() for _ in range((len(self._entries) + 1) // 2)]
        self._base = _document_of(self._base, (entry.update for entry in older)).get_update()
        self._base_place = older[-1].place
        self._bytes -= sum(len(entry.update) for entry in older)

    def mark_stored(self) -> None:
        """Everything up to here is stored, and goes out with the next frames."""
        self._stored_place = self._last

    def note_answer(self, member: Hashable) -> None:
        """A socket is sent all that is stored."""
        self._note_frame(self._frames.setdefault(member, _Frames()))

    def note_update(self, member: Hashable) -> bool:
        """A socket is to be told of an update; False of one that was not sent the document yet, and gets it with that.

        What somebody who comes hears before they are asked would be in their answer as if they had seen it.
        """
        frames = self._frames.get(member)
        if frames is None or not frames.sent_count:
            return False
        self._note_frame(frames)
        return True

    def _note_frame(self, frames: _Frames) -> None:
        frames.sent_count += 1
        frames.waiting.append((frames.sent_count, self._stored_place))

    def note_all_received(self, member: Hashable) -> None:
        """A socket has all that is stored, before it was sent anything."""
        self._frames.setdefault(member, _Frames()).place = self._stored_place

    def note_initial(self, member: Hashable, whole: bytes) -> None:
        """A socket sent all of its document, before it heard anything; what comes next is in the log."""
        self._frames.setdefault(member, _Frames()).initial = (self._last, whole)

    def note_received(self, member: Hashable, count: int) -> None:
        """A socket had heard so many frames when it sent what comes now."""
        frames = self._frames.get(member)
        while frames is not None and frames.waiting and frames.waiting[0][0] <= count:
            frames.place = frames.waiting.popleft()[1]
            frames.initial = None

    def forget(self, member: Hashable) -> None:
        """A socket is gone."""
        self._frames.pop(member, None)

    def is_behind(self, sender: Hashable) -> bool:
        """Returns whether a sender is known not to have seen all that is here."""
        frames = self._frames.get(sender)
        if frames is None:
            return False
        if frames.initial is not None:
            return frames.initial[0] >= self._base_place
        place = frames.place
        if place is None or place < self._base_place or len(self._frames) > MOST_FOLLOWED:
            return False
        return any(each.place > place and each.sender is not sender for each in self._entries)

    def as_seen_by(self, sender: Hashable) -> Doc[Any]:
        """The document as a sender who is behind had it before its next update."""
        frames = self._frames[sender]
        if frames.initial is not None:
            place, whole = frames.initial
            own = (each.update for each in self._entries if each.place > place and each.sender is sender)
            return _document_of(whole, own)
        place = frames.place or 0
        return _document_of(
            self._base, (each.update for each in self._entries if each.place <= place or each.sender is sender)
        )


def _document_of(whole: bytes, updates: Iterable[bytes]) -> Doc[Any]:
    doc: Doc[Any] = Doc()
    for update in (whole, *updates):
        doc.apply_update(update)
    return doc
