"""How long Python itself ran, told from a clock that goes on while it waits for a processor.

A page has no clock of a processor. What runs is looked at again and again: between two looks at most as much is counted
as looks of this run take. What is longer was a wait: for a processor, for code that is compiled the first time, for a
machine that slept.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

TURNS = 256
"""Turns of loops between two looks."""
LONGEST = 0.02
"""Seconds that the time between two looks counts for at most, where looks are quick."""
FACTOR = 4
"""Where they are slow: by how much one may be slower than the quickest one."""
BEAT = 0.5
"""Seconds after which it is said that it still runs."""


class OwnTime:
    """Counts from `begin`. `alive` is called about twice a second while looks go on."""

    def __init__(
        self, alive: Callable[[], object] = lambda: None, now: Callable[[], float] = time.perf_counter
    ) -> None:
        self._alive, self._now = alive, now
        self.begin()

    def begin(self) -> None:
        self.seconds = 0.0
        self._turns = 0
        self._quickest = math.inf
        self._looked = self._beaten = self._now()

    def turn(self) -> bool:
        """Told before each turn of a loop; whether it looked at the clock."""
        self._turns += 1
        if self._turns % TURNS != 0:
            return False
        now = self._now()
        gap, self._looked = now - self._looked, now
        self._quickest = min(self._quickest, gap)
        self.seconds += min(gap, max(LONGEST, FACTOR * self._quickest))
        if now - self._beaten > BEAT:
            self._beaten = now
            self._alive()
        return True
