"""Waiting for native code so that Ctrl-C works: Python handles signals only between its own instructions."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


def interruptible(action: Callable[[], T]) -> T:
    """What `action` gives, or raises. It runs in a thread that an interrupt leaves behind; the process then ends."""
    given: list[T] = []
    raised: list[BaseException] = []

    def work() -> None:
        try:
            given.append(action())
        except BaseException as error:
            raised.append(error)

    thread = Thread(target=work, daemon=True)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]
    return given[0]
