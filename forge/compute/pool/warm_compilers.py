"""Processes of the compiler that are kept for one job after another, each of one organisation and no other.

Which organisation a process belongs to, the compiler knows (`Compiler.is_of`), and holds to it. Here each organisation
finds its own again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from forge.compute.pool.compiler import Compiler

WARM_MEMORY = 700 * 1024**2
"""Bytes at which a process is replaced: what Python once took it seldom gives back."""


class WarmCompilers:
    """Lends processes, and keeps up to `limit` that wait. Safe from any thread."""

    def __init__(self, new_compiler: Callable[[], Compiler], limit: int) -> None:
        self._new_compiler = new_compiler
        self._limit = limit
        self._idle: list[Compiler] = []
        self._lock = threading.Lock()

    @contextmanager
    def lend(self, organisation: UUID) -> Iterator[Compiler]:
        """A compiler for jobs of this organisation, which nobody else has meanwhile. It may have to be started."""
        compiler = self._take(organisation)
        try:
            yield compiler
        finally:
            self._give_back(compiler)

    def close(self) -> None:
        """Ends all that nobody uses."""
        with self._lock:
            idle_compilers, self._idle = self._idle, []
        for compiler in idle_compilers:
            compiler.close()

    def _take(self, organisation: UUID) -> Compiler:
        with self._lock:
            own = next((one for one in reversed(self._idle) if one.is_of(organisation)), None)
            if own is None:
                return self._new_compiler()
            self._idle.remove(own)
            return own

    def _give_back(self, compiler: Compiler) -> None:
        surplus_compilers: list[Compiler] = []
        with self._lock:
            (self._idle if compiler.alive and compiler.memory <= WARM_MEMORY else surplus_compilers).append(compiler)
            while len(self._idle) > self._limit:
                surplus_compilers.append(self._idle.pop(0))
        for old in surplus_compilers:
            old.close()
