"""Estimates the CPU time of a Python run from a wall clock.

A page has no CPU clock. The run checks the wall clock regularly. The time between two checks is counted up to a limit
that depends on the quickest check; a longer gap was a wait: for a processor, a compilation, or a sleeping machine.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

ITERATIONS_PER_CHECK = 256
"""Loop iterations between two checks of the clock."""
MAX_GAP_SECONDS = 0.02
"""The maximum time that is counted between two checks, if checks are quick."""
MAX_SLOWDOWN = 4
"""The maximum time that is counted between two slow checks, as a multiple of the quickest."""
HEARTBEAT_SECONDS = 0.5
"""Seconds between two calls of `heartbeat`."""


class CpuTime:
    """Counts CPU time since `begin`. Calls `heartbeat` about twice a second."""

    def __init__(
        self, heartbeat: Callable[[], object] = lambda: None, now: Callable[[], float] = time.perf_counter
    ) -> None:
        self._heartbeat, self._now = heartbeat, now
        self.begin()

    def begin(self) -> None:
        self.seconds = 0.0
        self._iterations = 0
        self._quickest = math.inf
        self._checked_at = self._heartbeat_at = self._now()

    def tick(self) -> bool:
        """Call this before each loop iteration. Returns whether it checked the clock."""
        self._iterations += 1
        if self._iterations % ITERATIONS_PER_CHECK != 0:
            return False
        now = self._now()
        gap, self._checked_at = now - self._checked_at, now
        self._quickest = min(self._quickest, gap)
        self.seconds += min(gap, max(MAX_GAP_SECONDS, MAX_SLOWDOWN * self._quickest))
        if now - self._heartbeat_at > HEARTBEAT_SECONDS:
            self._heartbeat_at = now
            self._heartbeat()
        return True
