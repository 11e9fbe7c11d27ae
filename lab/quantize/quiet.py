"""Work without the interpreter's warnings of the memory that it takes to keep all tensors."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_LOCK = threading.RLock()


@contextmanager
def without_warnings() -> Iterator[None]:
    """Ignores warnings in the block. Their filters belong to the process, so one thread at a time is in such a block:
    the end of another one would bring the warnings back."""
    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
