"""Ends work on a preview early once a newer text waits: nobody would see its result."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Cancellable(Protocol):
    """Computes something, and can be told that its result is not needed."""

    def cancel(self) -> None:
        """Ends the work early; from any thread."""
        ...


class PreviewWork:
    """The work of one thread on the previews of one project."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._compiler: Cancellable | None = None
        self._sequence: float = math.inf

    @contextmanager
    def of_text(self, compiler: Cancellable, sequence: int) -> Iterator[None]:
        """Lets a text newer than this one end what the compiler does inside the block."""
        yield from self._cancellable(compiler, sequence)

    @contextmanager
    def of_tests(self, compiler: Cancellable) -> Iterator[None]:
        """Lets any request for the project end what the compiler does inside the block."""
        yield from self._cancellable(compiler, -math.inf)

    def _cancellable(self, compiler: Cancellable, sequence: float) -> Iterator[None]:
        with self._lock:
            self._compiler, self._sequence = compiler, sequence
        try:
            yield
        finally:
            with self._lock:
                self._compiler = None

    def supersede(self, sequence: int) -> None:
        """A preview of the text with this number was requested."""
        with self._lock:
            if self._compiler is not None and sequence > self._sequence:
                self._compiler.cancel()
