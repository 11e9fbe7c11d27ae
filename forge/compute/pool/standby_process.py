"""A process of the compiler that was started ahead and had no job: who needs another one does not wait for a start."""

from __future__ import annotations

import threading
from collections.abc import Callable

from forge.compute.pool.child_process import ChildProcess
from forge.compute.scheduler.pace import ComputePace


class StandbyProcess:
    """At most one such process."""

    def __init__(self, new_process: Callable[[], ChildProcess]) -> None:
        self._new_process = new_process
        self._process: ChildProcess | None = None
        self._is_open = True
        self._lock = threading.Lock()

    def take(self) -> ChildProcess:
        """The one that is there, else one that is started now."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            if process.ending is None:
                return process
            process.close()
        return self._new_process()

    def prepare(self) -> None:
        """Starts one if there is none, with what others leave of the processor: a start keeps a core busy for a second,
        and nobody waits for this one until it is taken."""
        with self._lock:
            if self._is_open and self._process is None:
                self._process = self._new_process()
                self._process.set_pace(ComputePace.YIELDING)

    def close(self) -> None:
        """Ends it; none is prepared any more."""
        with self._lock:
            self._is_open = False
            process, self._process = self._process, None
        if process is not None:
            process.close()
