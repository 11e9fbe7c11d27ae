"""The time by a process: the system's when it started, and from then on steady, whatever is set meanwhile."""

from __future__ import annotations

import time


class Clock:
    """Seconds since 1970, as far as the device knows. They go on while it sleeps, and never step."""

    def __init__(self) -> None:
        self._offset = time.time() - uptime()

    def now(self) -> float:
        """Returns the time now."""
        return self._offset + uptime()


def uptime() -> float:
    """Returns the seconds since the system started, also those for which it slept."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def wall_time() -> float:
    """Returns the time of the system's clock, which somebody may set."""
    return time.time()
