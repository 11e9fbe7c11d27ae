"""Waiting for native code so that Ctrl-C works: Python handles signals only between its own instructions."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


def interruptible(action: Callable[[], T]) -> T:
    """Returns or raises what `action` does. It runs in a thread that an interrupt abandons; the process then ends."""
    results: list[T] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            results.append(action())
        except BaseException as error:
            errors.append(error)

    thread = Thread(target=work, daemon=True)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]
