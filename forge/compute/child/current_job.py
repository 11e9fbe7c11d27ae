"""The job in work in the compiler's process, which the server may cancel."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rune.compiler.anvil.compiling.interruption import Interruption, interrupted_by


class CurrentJob:
    """Lets the thread that reads messages interrupt the job of the thread that computes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._job = 0
        self._cancelled_job = 0
        self._interruption = Interruption()

    @contextmanager
    def doing(self, job: int, *, ends_processes: bool) -> Iterator[None]:
        """Makes this the job that may be cancelled, inside the block."""
        interruption = Interruption(ends_processes=ends_processes)
        with self._lock:
            self._job, self._interruption = job, interruption
            if self._cancelled_job == job:
                interruption.interrupt()
        with interrupted_by(interruption):
            yield

    def cancel(self, job: int) -> None:
        """Interrupts this job, also if it only begins later. Does nothing for one that has ended."""
        with self._lock:
            self._cancelled_job = job
            if self._job == job:
                self._interruption.interrupt()
