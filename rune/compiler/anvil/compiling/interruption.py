"""Ends a build from outside, because nobody needs its result any more."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class BuildInterrupted(Exception):
    """The build was interrupted. Its compiled units stay in the cache."""


class Interruption:
    """Interrupts what runs under `interrupted_by`, from any thread.

    A build ends before its next unit is compiled. With `ends_processes` the processes of the C compiler that run are
    ended too; without it they finish, and the next build of the same code needs not compile it again.
    """

    def __init__(self, *, ends_processes: bool = False) -> None:
        self._ends_processes = ends_processes
        self._interrupted = threading.Event()
        self._lock = threading.Lock()
        self._processes: set[subprocess.Popen[bytes]] = set()

    def interrupt(self) -> None:
        """Has `check` raise from now on."""
        with self._lock:
            self._interrupted.set()
            for process in self._processes if self._ends_processes else ():
                process.kill()

    def check(self) -> None:
        """Raises `BuildInterrupted` if the work is to end."""
        if self._interrupted.is_set():
            raise BuildInterrupted

    @contextmanager
    def covering(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        """Lets `interrupt` end this process inside the block."""
        with self._lock:
            self._processes.add(process)
            if self._ends_processes and self._interrupted.is_set():
                process.kill()
        try:
            yield
        finally:
            with self._lock:
                self._processes.discard(process)


_NEVER = Interruption()
_CURRENT: ContextVar[Interruption] = ContextVar("interruption", default=_NEVER)


def current_interruption() -> Interruption:
    """Returns what may interrupt the work of this context."""
    return _CURRENT.get()


@contextmanager
def interrupted_by(interruption: Interruption) -> Iterator[None]:
    """Lets `interruption` end the builds that begin inside the block."""
    token = _CURRENT.set(interruption)
    try:
        yield
    finally:
        _CURRENT.reset(token)
