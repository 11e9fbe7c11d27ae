"""Processes of the compiler that are kept for one job after another, each of one organisation and no other.

What a process was given of one organisation can so never reach another. One that nobody has used yet is kept ready, so
that an organisation's first job waits for no start.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from forge.compute.compiler import Compiler

WARM_MEMORY = 700 * 1024**2
"""Bytes at which a process is replaced: what Python once took it seldom gives back."""


class WarmCompilers:
    """Lends processes. Keeps up to `kept` that wait, and after `warm_up` an unused one. Safe from any thread."""

    def __init__(self, new_compiler: Callable[[], Compiler], kept: int) -> None:
        self._new_compiler = new_compiler
        self._kept = kept
        self._idle: list[tuple[UUID, Compiler]] = []
        self._unused: Compiler | None = None
        self._wants_unused = False
        self._lock = threading.Lock()

    @contextmanager
    def lend(self, organisation: UUID) -> Iterator[Compiler]:
        """A process for jobs of this organisation, which nobody else has meanwhile. It may have to be started."""
        compiler = self._take(organisation)
        try:
            yield compiler
        finally:
            self._give_back(organisation, compiler)

    def warm_up(self) -> None:
        """Starts a process ahead of whoever comes first; from now on there is one."""
        with self._lock:
            self._wants_unused = True
            if self._unused is None:
                self._unused = self._new_compiler()
                self._unused.start()

    def close(self) -> None:
        """Ends all that nobody uses."""
        with self._lock:
            ended = [compiler for _, compiler in self._idle]
            if self._unused is not None:
                ended.append(self._unused)
            self._idle, self._unused, self._wants_unused = [], None, False
        for compiler in ended:
            compiler.close()

    def _take(self, organisation: UUID) -> Compiler:
        with self._lock:
            own = next((one for one in reversed(self._idle) if one[0] == organisation), None)
            if own is not None:
                self._idle.remove(own)
                return own[1]
            unused, self._unused = self._unused, None
            return unused or self._new_compiler()

    def _give_back(self, organisation: UUID, compiler: Compiler) -> None:
        ended: list[Compiler] = []
        with self._lock:
            if compiler.memory > WARM_MEMORY:
                compiler.memory = 0
                ended.append(compiler)
            else:
                self._idle.append((organisation, compiler))
            while len(self._idle) > self._kept:
                ended.append(self._idle.pop(0)[1])
            is_short = self._wants_unused and self._unused is None
        for old in ended:
            old.close()
        if is_short:
            self.warm_up()
