"""Pausing Python's cyclic garbage collector while very many values are created that it need not look through.

A thousand stages are a hundred thousand values without cycles, and searching them again and again takes half of the
time.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """The collector is paused inside the context or the decorated function. Reference counting still frees values."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def permanent() -> Iterator[None]:
    """All values that are there at the end of the context stay until the process ends: the collector does not look
    through them again, and writes nothing beside them, so that copies of the process share their memory. For imports: a
    collection that looks through the objects of TensorFlow takes a tenth of a second."""
    with uncollected():
        yield
        gc.freeze()
