"""A thread that tells the calls that run, a few times a second, that time has passed.

It sleeps by itself: a call puts itself on its list and takes itself off again, and no thread waits for another.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from threading import Event, Lock, Thread

PERIOD = 0.05
"""Seconds from one tick to the next: so late may a limit of time be seen, or a signal."""
_IDLE_TICKS = 20
"""The ticks without a call after which the thread waits for the next one."""


class Ticks:
    """Calls the registered functions once a period, in a thread of its own, which starts with the first call."""

    def __init__(self) -> None:
        self._ticks: dict[int, Callable[[], None]] = {}
        self._awake = Event()
        self._is_asleep = True
        self._starting = Lock()
        self._thread: Thread | None = None

    def begin(self, key: int, tick: Callable[[], None]) -> None:
        """Calls `tick` from now on. The key is the caller's, for `end`."""
        self._ticks[key] = tick
        if self._is_asleep:
            self._wake()

    def end(self, key: int) -> None:
        """No longer, if it ever began."""
        self._ticks.pop(key, None)

    def _wake(self) -> None:
        self._awake.set()
        with self._starting:
            if self._thread is None:
                thread = Thread(target=self._run, daemon=True)
                thread.start()
                self._thread = thread

    def _run(self) -> None:
        while True:
            self._is_asleep = False
            idle = 0
            while idle < _IDLE_TICKS:
                time.sleep(PERIOD)
                ticks = tuple(self._ticks.values())
                for tick in ticks:
                    tick()
                idle = 0 if ticks else idle + 1
            self._awake.clear()
            self._is_asleep = True
            if not self._ticks:  # A call that began before it was said that the thread sleeps has not woken it.
                self._awake.wait()


_ticks = Ticks()


def ticks() -> Ticks:
    """The one of this process."""
    return _ticks


def _begin_anew() -> None:
    global _ticks
    _ticks = Ticks()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)  # A process that was forked has no thread but one.
