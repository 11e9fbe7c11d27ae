"""Counts how much of a limited resource each holder uses, and refuses more than the limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable


class OverLimit(Exception):
    """A holder reached its limit."""


class NothingLeft(Exception):
    """The total is used up."""


class Allocations:
    """The amounts in use by each holder. For the event loop's thread only."""

    def __init__(self, total: int | None = None) -> None:
        """`total` is what there is for all of them; without it, each has its own limit and there is no other."""
        self._total = total
        self._in_use: Counter[Hashable] = Counter()

    @property
    def total_in_use(self) -> int:
        """The amount in use by all holders."""
        return self._in_use.total()

    def in_use_by(self, holder: Hashable) -> int:
        return self._in_use[holder]

    def allocate(self, holder: Hashable, amount: int, limit: int) -> None:
        """Allocates an amount to a holder. Raises `OverLimit` above the holder's `limit`, and `NothingLeft`."""
        if self._in_use[holder] + amount > limit:
            self._forget_empty(holder)
            raise OverLimit
        if self._total is not None and self.total_in_use + amount > self._total:
            self._forget_empty(holder)
            raise NothingLeft
        self._in_use[holder] += amount

    def release(self, holder: Hashable, amount: int) -> None:
        self._in_use[holder] -= amount
        self._forget_empty(holder)

    def _forget_empty(self, holder: Hashable) -> None:
        """Holders are addresses too: they must not be remembered for ever."""
        if self._in_use[holder] <= 0:
            del self._in_use[holder]
