"""The time of the processor that a test's own code needs, for tests of inputs that must not hang."""

from __future__ import annotations

import gc
import time
from types import TracebackType
from typing import Self


class ProcessorTime:
    """Measures the seconds of the processor that this thread needs within a `with` block.

    Nothing is collected meanwhile: a collection visits all that other tests left in the process, a million objects and
    more, and may take longer than the file that is read.
    """

    seconds = 0.0

    def __enter__(self) -> Self:
        gc.disable()
        self._begin = time.thread_time()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = time.thread_time() - self._begin
        gc.enable()
