"""Processes of `lab` that were started ahead, with TensorFlow, PyTorch or the quantiser loaded in another behind them,
so that training and conversions do not wait for that.

A process does one job and ends, so nothing of one organisation is in a process that another one gets. There is one of
each after a job of this worker that needed it, and when somebody who may edit opens a page from which such a job is
asked for; it ends when nobody needed it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

from forge.compute.removal import remove_tree
from forge.compute.workdir import passable, workdir
from forge.core.http.asgi.lifespan import server_stopping

IDLE_SECONDS = 900.0
"""A process that nobody needed for this long is ended: it has some 400 MB of memory."""
END_SECONDS = 5.0
"""The time between the signal to end and the kill."""


class LabLibraries(StrEnum):
    """The libraries that a process of `lab` can have loaded before its job (`lab.command.job.AHEAD`)."""

    TENSORFLOW = "tensorflow"
    QUANTISER = "quantiser"
    TORCH = "torch"
    COMPILER = "compiler"


@dataclass(frozen=True)
class LabProcess:
    """A process of `lab.command.job`, the file of its standard error, and the folder of its temporary files."""

    process: subprocess.Popen[bytes]
    errors: IO[bytes]
    folder: Path

    def end(self) -> None:
        """Ends it with all that it started, and removes its files: one that waits ends by itself when nobody can ask it
        any more."""
        _close(self.process.stdin)
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        _close(self.process.stdout)
        _close(self.errors)
        remove_tree(self.folder)


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is not None:
        with suppress(OSError):
            pipe.close()


def start_lab(variables: Mapping[str, str], ahead: LabLibraries | None = None) -> LabProcess:
    """Starts a process, which reads its request; it loads what is named by `ahead` first.

    Its temporary files, recordings too, are in the folder of this process, which removes them even where it killed it,
    and the next server removes those of a server that was killed.
    """
    folder = passable(Path(tempfile.mkdtemp(prefix="lab-", dir=workdir())))
    errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed by `end`)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "lab.command.job", *(["--ahead", ahead] if ahead else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        env={**variables, "TMPDIR": str(folder)},
        start_new_session=True,
    )
    return LabProcess(process, errors, folder)


class WaitingLab:
    """A pool of at most one process with these libraries. Thread-safe."""

    def __init__(self, libraries: LabLibraries, idle_seconds: float = IDLE_SECONDS) -> None:
        self._libraries = libraries
        self._idle_seconds = idle_seconds
        self._waiting: LabProcess | None = None
        self._since = 0.0
        self._is_open = True
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)

    def take(self, variables: Mapping[str, str]) -> LabProcess:
        """The one that waits, else one that is started now."""
        with self._lock:
            waiting, self._waiting = self._waiting, None
            self._changed.notify_all()
        if waiting is not None:
            if waiting.process.poll() is None:
                return waiting
            waiting.end()
        return start_lab(variables, self._libraries)

    def prepare(self, variables: Mapping[str, str]) -> None:
        """Starts one if there is none, and lets one that there is wait for longer."""
        with self._lock:
            if not self._is_open:
                return
            self._since = time.monotonic()
            if self._waiting is not None and self._waiting.process.poll() is None:
                return
            if self._waiting is not None:
                self._waiting.end()
            self._waiting = start_lab(variables, self._libraries)
            own = self._waiting
        threading.Thread(target=self._end_idle, args=(own,), daemon=True, name="waiting-lab").start()

    def close(self) -> None:
        """Ends it; none is prepared any more."""
        with self._lock:
            self._is_open = False
            waiting, self._waiting = self._waiting, None
            self._changed.notify_all()
        if waiting is not None:
            waiting.end()

    def _end_idle(self, own: LabProcess) -> None:
        """Ends a process when it was idle for too long; returns when somebody took it."""
        with self._lock:
            while self._waiting is own:
                left = self._since + self._idle_seconds - time.monotonic()
                if left <= 0:
                    self._waiting = None
                    own.end()
                    return
                self._changed.wait(left)


waiting_labs: Mapping[LabLibraries, WaitingLab] = {libraries: WaitingLab(libraries) for libraries in LabLibraries}
waiting_tensorflow = waiting_labs[LabLibraries.TENSORFLOW]
waiting_quantiser = waiting_labs[LabLibraries.QUANTISER]
waiting_torch = waiting_labs[LabLibraries.TORCH]
waiting_compiler = waiting_labs[LabLibraries.COMPILER]
for _each in waiting_labs.values():
    server_stopping.register(_each.close)
