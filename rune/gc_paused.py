"""Pausing Python's cyclic garbage collector while very many small values without cycles are created.

A thousand stages are a hundred thousand values, and searching them again and again takes half of the time.
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
