"""The handles that a rune and its host share: one counter for all kinds, from 1."""

from __future__ import annotations

from rune.running.runtime.errors import RuneStopped


class Handles:
    """Counts as the native runtime does: capabilities, outputs, models and opened resources in the order of calls."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._last = 0

    def take(self) -> int:
        """The next number. Raises `RuneStopped` when there were too many."""
        if self._last >= self._limit:
            raise RuneStopped("handles", f"the rune was stopped: it asked for more than {self._limit} handles")
        self._last += 1
        return self._last
