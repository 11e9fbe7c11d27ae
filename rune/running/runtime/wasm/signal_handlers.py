"""Signals that come while a rune runs in Python's main thread.

Python runs a signal's handler there, between two of its own instructions: so perhaps at the very first of an import,
before any `try`, where ctypes drops what the handler raises, KeyboardInterrupt too. While a rune runs, each handler is
called through one that keeps what it raises until the call has ended, or raises it where an import can tell.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

_NUMBERS = tuple(sorted(signal.valid_signals()))
# Python's `signal` looks for the name of each handler in an enumeration, which takes 40 times as long as the question.
_handler_of: Callable[[int], Any] = _signal.getsignal
_set_handler: Callable[[int, Any], Any] = _signal.signal


class SignalHandlers:
    """Keeps what signal handlers raise while a call runs. Nothing is kept in other threads, which handle no signals."""

    def __init__(self, stop: Callable[[], None]) -> None:
        """`stop` is called when a handler raised, and shall make the call end soon."""
        self.may_raise = False
        """Whether what runs is Python's, and would see it."""
        self._stop = stop
        self._is_main = False
        self._keeps = False
        self._raised_error: BaseException | None = None
        self._known_handlers: list[Any] = []
        self._replaced_handlers: dict[int, Any] = {}
        self._own = self._handle

    def hold(self) -> None:
        """Installs the handlers until `release`, which is to be called also where this is interrupted."""
        self._is_main = threading.get_ident() == threading.main_thread().ident
        if not self._is_main:
            return
        handlers = list(map(_handler_of, _NUMBERS))
        if handlers != self._known_handlers:
            self._known_handlers = handlers
            self._replaced_handlers = {
                number: handler for number, handler in zip(_NUMBERS, handlers, strict=True) if callable(handler)
            }
        for number in self._replaced_handlers:
            _set_handler(number, self._own)
        self._keeps = True

    def release(self) -> None:
        """No longer. A handler that was set meanwhile stays. Raises what one raised."""
        if not self._is_main:
            return
        self._keeps = False
        for number, handler in self._replaced_handlers.items():
            if _handler_of(number) is self._own:
                _set_handler(number, handler)
        raised_error, self._raised_error = self._raised_error, None
        if raised_error is not None:
            raise raised_error

    def _handle(self, number: int, frame: FrameType | None) -> None:
        try:
            self._replaced_handlers[number](number, frame)
        except BaseException as error:
            if not self._keeps:
                raise
            self._raised_error = self._raised_error or error
            self._stop()
            if self.may_raise:
                raise
