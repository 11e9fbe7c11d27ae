"""Wake-ups and slots of one process's builds. The database rows are the source of truth.

Numbered builds have slots of their own, previews have one of theirs that nothing else takes. A wake-up that finds its
slots busy is remembered by those who are in them, so none is lost; the sweep finds what a dead process left.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from uuid import UUID

from forge.builds.leased_build import LeasedBuild
from forge.builds.leases import sweep, take
from forge.builds.models import Build, Kind, State
from forge.builds.notify import notify_preview, notify_workers
from forge.builds.previews import refresh_previews
from forge.compute.compiler import Compiler
from forge.compute.toolchain import WARM_MEMORY, spare, warm_compiler

_log = logging.getLogger(__name__)


def numbered_slots() -> int:
    """How many numbered builds run at once in a process: half of the cores, so that typing stays quick."""
    return max(1, (os.cpu_count() or 2) // 2)


class NumberedSlots:
    """The slots of numbered builds in this process."""

    def __init__(self, count: int, stopping: threading.Event) -> None:
        self._free = count
        self._wakes = 0
        self._lock = threading.Lock()
        self._stopping = stopping

    def work(self) -> None:
        """Builds what waits, one after another, in a free slot; returns when nothing waits or no slot is free."""
        with self._lock:
            self._wakes += 1
            if not self._free:
                return
            self._free -= 1
        while True:
            with self._lock:
                seen = self._wakes
            self._drain()
            with self._lock:
                if seen == self._wakes or self._stopping.is_set():
                    self._free += 1
                    return

    def _drain(self) -> None:
        while not self._stopping.is_set():
            lease = take()
            if lease is None:
                return
            try:
                LeasedBuild(lease, self._stopping).run()
            except Exception:
                # The lease runs out by itself and the sweep gives the build another attempt.
                _log.exception("A build stopped in the middle")


class PreviewSlot:
    """The one slot of previews in this process, with its warm compiler."""

    def __init__(self, stopping: threading.Event, new_compiler: Callable[[], Compiler] = warm_compiler) -> None:
        self._wanted: dict[UUID, None] = {}
        self._busy = False
        self._lock = threading.Lock()
        self._stopping = stopping
        self._new_compiler = new_compiler
        self._compiler: Compiler | None = None

    def work(self, project_id: UUID) -> None:
        """Refreshes a project's preview now, or leaves it to whoever is at it; each project counts once."""
        with self._lock:
            self._wanted[project_id] = None
            if self._busy:
                return
            self._busy = True
        while True:
            with self._lock:
                if not self._wanted or self._stopping.is_set():
                    self._busy = False
                    return
                project_id = next(iter(self._wanted))
                del self._wanted[project_id]
            try:
                refresh_previews(project_id, self._warm(), self._stopping)
            except Exception:
                _log.exception("A preview stopped in the middle")
            spare.prepare()

    def _warm(self) -> Compiler:
        """The compiler that is kept. It is replaced when it grew, for what Python once took it seldom gives back."""
        if self._compiler is None:
            self._compiler = self._new_compiler()
        if self._compiler.memory > WARM_MEMORY:
            self._compiler.close()
            self._compiler.memory = 0
        return self._compiler

    def warm_up(self) -> None:
        """Starts the compiler before the first preview wants it. What was wanted meanwhile is woken again."""
        with self._lock:
            if self._busy:
                return
            self._busy = True
        try:
            self._warm().start()
        finally:
            with self._lock:
                self._busy = False
                missed = tuple(self._wanted)
            if missed:
                notify_preview(*missed)

    def close(self) -> None:
        """Ends the compiler's process. Whoever is at work must have been told to stop before."""
        if self._compiler is not None:
            self._compiler.close()


stopping = threading.Event()
"""Set when this process ends; those at work put back what they hold."""
numbered = NumberedSlots(numbered_slots(), stopping)
preview_slot = PreviewSlot(stopping)


def look_after_builds() -> None:
    """Puts builds back whose worker died, and notifies a worker where builds wait: one notification may be lost."""
    for build_id in sweep():
        _log.warning("Build %s starts again: its worker stopped answering", build_id)
    if Build.objects.filter(kind=Kind.NUMBERED, state=State.QUEUED).exists():
        notify_workers()
