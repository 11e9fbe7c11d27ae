"""Looks at what a build may still use, from inside of long computations.

A pass or a proof of a large model takes a second, and neither knows of clocks. Who limits it says so around it, and
loops that may be long look up in each round; where nobody limits anything that does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


def _nothing() -> None:
    """Where nothing is limited."""


_LOOK: ContextVar[Callable[[], None]] = ContextVar("look", default=_nothing)


@contextmanager
def looking(look: Callable[[], None]) -> Iterator[None]:
    """Loops inside of this call `look`, which may end them by raising."""
    token = _LOOK.set(look)
    try:
        yield
    finally:
        _LOOK.reset(token)


def look_up() -> None:
    """Ends what runs if it may not go on."""
    _LOOK.get()()
