"""Checks the limits of a build from inside long computations.

A pass or a proof of a large model can take a second, and neither knows the limits. The build sets a check with
`limits_checked_by`; long loops call `check_limits` in each iteration. Without a check this does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


def _unlimited() -> None:
    """The check if nothing is limited."""


_CHECK: ContextVar[Callable[[], None]] = ContextVar("check", default=_unlimited)


@contextmanager
def limits_checked_by(check: Callable[[], None]) -> Iterator[None]:
    """Makes `check_limits` call `check`, which may raise to end the computation."""
    token = _CHECK.set(check)
    try:
        yield
    finally:
        _CHECK.reset(token)


def check_limits() -> None:
    """Raises if the computation exceeded a limit."""
    _CHECK.get()()
