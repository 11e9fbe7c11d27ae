"""A thread that runs one call after another. Starting one for each call takes longer than most calls do."""

from __future__ import annotations

import math
import time
import weakref
from _thread import allocate_lock
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any, Generic, TypeVar

T = TypeVar("T")

_PART = 0.2
"""Seconds after which an interrupt is seen at the latest."""


class _Call(Generic[T]):
    """One action on its way through the thread."""

    __slots__ = ("_action", "_ended", "_error", "_result", "is_over")

    def __init__(self, action: Callable[[], T]) -> None:
        self._action = action
        self._ended = allocate_lock()
        self._ended.acquire()
        self._error: BaseException | None = None
        self.is_over = False

    def run(self) -> None:
        try:
            self._result = self._action()
        except BaseException as error:
            self._error = error
        self.is_over = True
        self._ended.release()

    def wait(self, seconds: float = math.inf) -> None:
        """Until it is over, or so many seconds; an interrupt ends the wait.

        In parts: a signal that comes just before a thread begins to wait does not wake it.
        """
        end = time.monotonic() + seconds
        while not self.is_over and (left := end - time.monotonic()) > 0:
            self._ended.acquire(timeout=min(left, _PART))

    def outcome(self) -> T:
        """What the action gave or raised."""
        if self._error is not None:
            raise self._error
        return self._result


_Calls = SimpleQueue[_Call[Any] | None]


class CallThread:
    """Runs what it is given, one at a time.

    Python handles signals only in its main thread and only between its own instructions: a call that ran there would
    hold up Ctrl-C until its end.
    """

    def __init__(self) -> None:
        self._thread: Thread | None = None
        self._calls: _Calls = SimpleQueue()

    def run(
        self,
        action: Callable[[], T],
        seconds: float,
        *,
        stop: Callable[[], None],
        interrupt: Callable[[], None],
    ) -> T:
        """What the action gives or raises.

        When so many seconds are over, `stop` is called, which shall make the action end soon; when an interrupt ends
        the wait, `interrupt` before it. Only after the action's end this returns or raises.
        """
        if self._thread is None or not self._thread.is_alive():  # A process that was forked has no thread but one.
            self._start()
        call = _Call(action)
        try:
            self._calls.put(call)
            call.wait(seconds)
        except BaseException:
            interrupt()
            raise
        finally:
            if not call.is_over:
                stop()
                call.wait()
        return call.outcome()

    def _start(self) -> None:
        self._calls = SimpleQueue()
        self._thread = Thread(target=_run_all, args=(self._calls,), daemon=True)
        self._thread.start()
        weakref.finalize(self, self._calls.put, None)


def _run_all(calls: _Calls) -> None:
    while (call := calls.get()) is not None:
        call.run()
        del call  # What it holds shall not wait for the next.
