"""Watches the processes that compute from outside, several times a second, and ends those that use too much in total.

The system limits each process; this limits what one of ours uses together with all that it starts, also between jobs.
Where there are control groups (`forge.compute.pool.control_groups`), the kernel does so for memory and processes
without a look.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from forge.compute.pool.usage import ProcessUsage, bytes_below, usage_of
from rune.isolation.protections import Isolation
from rune.wording import size_text

_log = logging.getLogger(__name__)

EVERY = 0.2
"""Seconds between two looks."""
MEMORY_LIMIT = 4 * 1024**3
"""Bytes in memory of a process with all that it starts."""
PROCESS_LIMIT = 32 + 2 * (os.cpu_count() or 1)
"""The compiler needs one for each core, and a model one. The system's own limit counts threads as well."""
FOLDER_LIMIT = 1 << 30
"""Bytes that a process may have in its own folder at once."""
FOLDER_ENTRIES = 20_000
IDLE_SECONDS = 5.0
"""Time on the processor between two jobs: tidying up takes some hundredths."""


class WatchedProcess(Protocol):
    """The watched process."""

    @property
    def pid(self) -> int: ...

    @property
    def isolation(self) -> Isolation | None: ...

    def stop(self, reason: str) -> None: ...


@dataclass
class _Watch:
    own: Path
    seconds: int | None
    idle_since: float | None = None
    """The process's time on the processor when its last job ended; None while it has one, or starts."""


class ProcessGuard:
    """All processes of this one, watched by one thread that runs while there are any."""

    def __init__(self, usage: Callable[[int], ProcessUsage] = usage_of) -> None:
        self._usage = usage
        self._watches: dict[WatchedProcess, _Watch] = {}
        self._lock = threading.Lock()
        self._changed = threading.Event()
        self._is_running = False

    def watch(self, process: WatchedProcess, *, own: Path, seconds: int | None) -> None:
        """Watches a process until `forget`. `own` is its folder; `seconds` its time on the processor, if limited."""
        with self._lock:
            self._watches[process] = _Watch(own, seconds)
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._look, daemon=True, name="compiler-guard").start()

    def forget(self, process: WatchedProcess) -> None:
        with self._lock:
            self._watches.pop(process, None)

    def begins(self, process: WatchedProcess) -> None:
        """Notes that the process got a job."""
        with self._lock:
            if process in self._watches:
                self._watches[process].idle_since = None

    def ends(self, process: WatchedProcess) -> ProcessUsage:
        """Notes that the process's job ended; returns its usage now."""
        usage = self._usage(process.pid)
        with self._lock:
            if process in self._watches:
                self._watches[process].idle_since = usage.seconds
        return usage

    def _look(self) -> None:
        while True:
            with self._lock:
                watches = list(self._watches.items())
                if not watches:
                    self._is_running = False
                    return
            for process, watch in watches:
                reason = too_much(process.isolation, watch, self._usage(process.pid))
                if reason:
                    _log.warning("A process that computes was ended: %s", reason)
                    process.stop(reason)
            self._changed.wait(EVERY)


def out_of_memory() -> str:
    """Returns the message for a person whose job needed more memory than its processes may have together."""
    return f"The build was stopped: its processes used more than {size_text(MEMORY_LIMIT)} of memory."


def too_much(isolation: Isolation | None, watch: _Watch, usage: ProcessUsage) -> str:
    """Returns the reason for a person why a process has to be ended; empty if it keeps its limits."""
    if usage.memory > MEMORY_LIMIT:
        return out_of_memory()
    if usage.processes > PROCESS_LIMIT:
        return f"The build was stopped: it had more than {PROCESS_LIMIT} processes."
    if watch.seconds is not None and usage.seconds > watch.seconds:
        return f"The build was stopped: it used more than {watch.seconds} seconds of processor time."
    if watch.idle_since is not None and usage.seconds - watch.idle_since > IDLE_SECONDS:
        return "The process went on after its job had ended."
    if isolation is not None and not isolation.has_own_tree:
        size = bytes_below(watch.own, FOLDER_ENTRIES)
        if size is None or size > FOLDER_LIMIT:
            return f"The build was stopped: its files need more than {size_text(FOLDER_LIMIT)}."
    return ""


guard = ProcessGuard()
"""This process's."""
