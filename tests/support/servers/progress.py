"""Waiting for a program for as long as it computes: on a busy machine the time on the clock says nothing of it."""

from __future__ import annotations

import time

from benchmarks.machine import processor_time

IDLE_LIMIT = 300.0
"""Seconds without any processor time after which a program waits for something that does not come."""
WORK_LIMIT = 600.0
"""Seconds of processor time after which a program does not come to its end."""


class ProgressWatch:
    """Watches the processor time of a program. `working` is asked again and again while one waits for it."""

    def __init__(self, pid: int, idle_limit: float = IDLE_LIMIT, work_limit: float = WORK_LIMIT) -> None:
        self._pid, self._idle_limit, self._work_limit = pid, idle_limit, work_limit
        self._used, self._changed = 0.0, time.monotonic()

    def working(self) -> bool:
        """Returns whether it pays to wait on: the program got processor time lately, and has not used more than all of
        it."""
        seconds = processor_seconds(self._pid)
        if seconds != self._used:
            self._used, self._changed = seconds, time.monotonic()
        return seconds < self._work_limit and time.monotonic() - self._changed < self._idle_limit


def processor_seconds(pid: int) -> float:
    """Processor time of a process and its children; 0 for a process that is gone."""
    try:
        return processor_time(pid)
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
