"""What this process applied to a document of late, in order: from it, what the sender of an update had not seen.

A client hears updates in this order. The studio says how many frames it has heard before it sends an edit; of a client
that does not, everything counts as heard.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from forge.collab.spans import KnownState, SpanSet, union, without
from forge.collab.updates import Spans, UpdateFacts, read_update

LONGEST = 2_000
"""Updates that are remembered. Who has not heard of an earlier one is not followed any more."""


@dataclass(frozen=True)
class AppliedUpdate:
    """An update in the document: its place in the log, who sent it here, and what it changed."""

    place: int
    sender: Hashable | None
    facts: UpdateFacts
    change: bytes
    """What was new in it, as an update."""


@dataclass
class _Heard:
    """Of a socket: places up to which its frames went, from the frame `first`, and where it has come."""

    frames: deque[int] = field(default_factory=deque)
    first: int = 1
    place: int | None = None


class UpdateLog:
    """The updates of a room, and which of them its sockets have heard."""

    def __init__(self) -> None:
        self._entries: deque[AppliedUpdate] = deque(maxlen=LONGEST)
        self._heard: dict[Hashable, _Heard] = {}
        self.last = 0
        """The place of the newest update that was tried."""
        self.stored = 0
        """The place up to which all are stored, and so in what newcomers get."""

    def add(self, sender: Hashable | None, facts: UpdateFacts, change: bytes) -> None:
        """An update was applied."""
        self.last += 1
        self._entries.append(AppliedUpdate(self.last, sender, facts, change))

    def begin_anew(self) -> None:
        """The document was read whole: what was before is not known by its updates."""
        self._entries.clear()
        self.last += LONGEST
        self.stored = self.last

    def note_frame(self, member: Hashable) -> None:
        """A socket is sent a frame with all that is stored."""
        self._heard.setdefault(member, _Heard()).frames.append(self.stored)

    def note_heard(self, member: Hashable, frames: int) -> None:
        """A socket says how many of its frames it has applied."""
        heard = self._heard.setdefault(member, _Heard())
        while heard.frames and heard.first <= frames:
            heard.place = heard.frames.popleft()
            heard.first += 1

    def forget(self, member: Hashable) -> None:
        self._heard.pop(member, None)

    def heard_by(self, member: Hashable) -> int | None:
        """The place up to which a socket has heard; None of one that does not say."""
        heard = self._heard.get(member)
        return None if heard is None else heard.place

    def unheard(self, sender: Hashable, place: int | None) -> tuple[AppliedUpdate, ...]:
        """Updates of others after a place; () where nothing is known of it."""
        if place is None or place >= self.last or not self._entries or self._entries[0].place > place + 1:
            return ()
        return tuple(each for each in self._entries if each.place > place and each.sender is not sender)

    def own(self, sender: Hashable, place: int) -> tuple[AppliedUpdate, ...]:
        """Updates of a sender after a place."""
        return tuple(each for each in self._entries if each.place > place and each.sender is sender)

    def newest(self) -> AppliedUpdate:
        """The update that was applied last."""
        return self._entries[-1]


def state_without(now: KnownState, unheard: Iterable[AppliedUpdate], raw_deletes: Iterable[SpanSet]) -> KnownState:
    """A document as somebody has it who lacks some of its updates, and deleted these spans themselves."""
    clocks = dict(now.clocks)
    hidden: list[SpanSet] = []
    for each in unheard:
        change = read_update(each.change)
        hidden.append(change.deletes)
        for client, spans in change.brings.items():
            clocks[client] = min(clocks.get(client, 0), _first(spans))
    deleted = without(now.deleted, union(*hidden))
    return KnownState({client: clock for client, clock in clocks.items() if clock}, union(deleted, *raw_deletes))


def _first(spans: Spans) -> int:
    return min(start for start, _ in spans)
