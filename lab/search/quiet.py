"""Work without messages of a library in C++, such as that it made a delegate: they pass by Python and its log."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_LOCK = threading.RLock()
_STDERR = 2


@contextmanager
def without_messages() -> Iterator[None]:
    """Discards what is written to standard error in the block. It belongs to the process, so one thread at a time is in
    such a block."""
    with _LOCK:
        original = os.dup(_STDERR)
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, _STDERR)
            os.close(nowhere)
            yield
        finally:
            os.dup2(original, _STDERR)
            os.close(original)
