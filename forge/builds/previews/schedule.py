"""The schedule of previews for edited projects. Pure: the caller gives the time."""

from __future__ import annotations

import heapq
from collections import OrderedDict
from uuid import UUID

QUIET = 0.08
"""Seconds without an edit after which a preview is made, while somebody types."""
IDLE = 0.3
"""Seconds without an edit after which the next one begins a preview at once: longer than between two keys of a person
who types, so that typing still gathers."""
LONGEST_WAIT = 0.4
"""Seconds after which one is made although somebody goes on typing."""


class EditSchedule:
    """The edited keys and the time at which each is due.

    A key is due at once at the first edit after `idle` seconds without one, else `quiet` seconds after its last edit,
    and never later than `longest` seconds after the first edit that is not handled yet. All times are seconds of one
    clock that never goes back.
    """

    def __init__(self, quiet: float = QUIET, longest: float = LONGEST_WAIT, idle: float = IDLE) -> None:
        self._quiet = quiet
        self._longest = longest
        self._idle = idle
        self._touched: OrderedDict[UUID, float] = OrderedDict()
        """The last edit of each key that was edited within `idle`, oldest first."""
        self._first: dict[UUID, float] = {}
        self._due: dict[UUID, float] = {}
        self._queue: list[tuple[float, UUID]] = []

    def touch(self, key: UUID, now: float) -> bool:
        """Notes an edit of the key. Returns whether the earliest time at which to look again moved forward."""
        first = self._first.setdefault(key, now)
        quiet = self._quiet if self._was_touched(key, now) else 0.0
        due = min(now + quiet, first + self._longest)
        is_new = key not in self._due
        if is_new:
            heapq.heappush(self._queue, (due, key))
        self._due[key] = due
        return is_new and self._queue[0][1] == key

    def next_look(self) -> float | None:
        """The earliest time at which a key can be due; `None` while no key waits."""
        return self._queue[0][0] if self._queue else None

    def take_due(self, now: float) -> list[UUID]:
        """Removes the keys that are due at `now` and returns them, earliest first."""
        keys: list[UUID] = []
        while self._queue and self._queue[0][0] <= now:
            _, key = heapq.heappop(self._queue)
            if self._due[key] > now:  # edited again meanwhile
                heapq.heappush(self._queue, (self._due[key], key))
            else:
                del self._due[key], self._first[key]
                keys.append(key)
        return keys

    def _was_touched(self, key: UUID, now: float) -> bool:
        """Returns whether the key was edited within `idle`. Forgets older edits and remembers this one."""
        while self._touched and next(iter(self._touched.values())) <= now - self._idle:
            self._touched.popitem(last=False)
        was_touched = key in self._touched
        self._touched[key] = now
        self._touched.move_to_end(key)
        return was_touched
