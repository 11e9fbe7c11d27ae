"""The pace at which each party may begin something: some at once, then one after another, and none beyond a wait."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable

TABLE_LIMIT = 10_000
"""Parties that are remembered at once; those who are free again are forgotten first."""


class TooFast(Exception):
    """A party would have to wait for too long."""


class RateLimiter:
    """`burst` at once, then `rate` a second; a client that would wait longer than `longest` seconds is refused.

    Used on the event loop's thread alone.
    """

    def __init__(self, rate: float, burst: int, longest: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval = 1.0 / rate
        self._ahead = burst / rate
        self._longest = longest
        self._clock = clock
        self._next: dict[Hashable, float] = {}
        """The time when a party would be free if it had begun one after another."""

    def reserve(self, party: Hashable) -> float:
        """Takes the next place of a party; answers the seconds until then. Raises `TooFast`, and takes none."""
        now = self._clock()
        following = max(self._next.get(party, 0.0), now) + self._interval
        wait = following - now - self._ahead
        if wait > self._longest:
            raise TooFast
        if len(self._next) >= TABLE_LIMIT and party not in self._next:
            self._forget(now)
        self._next[party] = following
        return max(0.0, wait)

    def _forget(self, now: float) -> None:
        busy = {party: free for party, free in self._next.items() if free > now}
        # Thousands who are all busy: the oldest give way, so the table stays as large as it is.
        self._next = dict(list(busy.items())[-TABLE_LIMIT // 2 :])
