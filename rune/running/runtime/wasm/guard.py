"""Ends a call that takes too long, or that somebody cancels: by a clock, and by exceptions of signal handlers.

The call runs in the thread of its caller. A few times a second the engine leaves the rune to ask whether it may go on
(https://docs.wasmtime.dev/api/wasmtime/struct.Store.html#method.epoch_deadline_callback); there Python handles signals.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from typing import TypeVar

from wasmtime import Store, Trap, WasmtimeError

from rune.running.runtime.errors import RuneStopped
from rune.running.runtime.wasm import wasmtime_c
from rune.running.runtime.wasm.signal_handlers import SignalHandlers
from rune.running.runtime.wasm.ticks import ticks

T = TypeVar("T")

_ENDED_MESSAGE = b"the call was ended"


class CallGuard:
    """The guard of one rune. Its calls may be in any thread, one at a time."""

    def __init__(self, store: Store, seconds: float) -> None:
        self._seconds = seconds
        self._look_again = store.engine.increment_epoch
        self.handlers = SignalHandlers(self._stop)
        self._end = 0.0
        self._is_late = self._is_stopped = False
        self._ask = wasmtime_c.EPOCH_CALLBACK(self._may_go_on)  # The store calls it as long as it lives.
        store.set_epoch_deadline(1)
        wasmtime_c.store_epoch_deadline_callback(store.ptr(), self._ask, None, None)

    def run(self, action: Callable[[], T]) -> T:
        """Returns the result of the action. Raises `RuneStopped` when its time is over, and what a signal's handler
        raised, after the action's end."""
        self._is_late = self._is_stopped = False
        self._end = time.monotonic() + self._seconds
        start_ticks = ticks()
        try:
            self.handlers.hold()
            start_ticks.begin(id(self), self._look_again)
            return action()
        except (Trap, WasmtimeError):
            if self._is_late:
                raise RuneStopped("time", f"the rune was stopped: it ran longer than {self._seconds:g} s") from None
            raise
        finally:
            start_ticks.end(id(self))
            self.handlers.release()

    def _stop(self) -> None:
        self._is_stopped = True
        self._look_again()

    def _may_go_on(self, _context: int, _data: object, again: int, _kind: int) -> int:
        """Where a handler of a signal is to run, Python ran it before the first line."""
        self._is_late = self._is_late or time.monotonic() >= self._end
        if self._is_late or self._is_stopped:
            return int(wasmtime_c.error_new(_ENDED_MESSAGE))
        ctypes.c_uint64.from_address(again).value = 1
        return 0
