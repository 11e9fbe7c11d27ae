"""The windows of the rune that answers, for a rune that runs beside it: always the newest one, and nobody waits."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rune.running.runtime import InputSource
from rune.tools.api.ports import Input


class RecordedRandom:
    """Random bytes for a rune, which another one gets too."""

    def __init__(self) -> None:
        self._data = bytearray()

    def __call__(self, size: int) -> bytes:
        """Returns new random bytes."""
        data = os.urandom(size)
        self._data += data
        return data

    def replay(self) -> Callable[[int], bytes]:
        """Returns a source of the same bytes, and of new ones after them."""
        position = 0

        def read(size: int) -> bytes:
            nonlocal position
            data = bytes(self._data[position : position + size])
            position += size
            return data + os.urandom(size - len(data))

        return read


class TappedWindow:
    """A window of each input while the rune that answers runs on it."""

    def __init__(self, read: Mapping[str, bytes], now: float) -> None:
        self._read, self._now = read, now
        self._random: dict[str, RecordedRandom] = {}

    def sources(self, inputs: Sequence[Input]) -> Mapping[int, InputSource]:
        """Returns the inputs of the run, which keep the random bytes."""
        return {port.request.id: self._source(port.name) for port in inputs}

    def answered(self, label: int | None) -> AnsweredWindow:
        """Returns the window after the run, with the label of the answer."""
        return AnsweredWindow(self._now, self._read, dict(self._random), label)

    def _source(self, name: str) -> InputSource:
        if name in self._read:
            return self._read[name]
        return self._random.setdefault(name, RecordedRandom())


@dataclass(frozen=True)
class AnsweredWindow:
    """A window that the other rune answered around a time of the system's clock. `label` is the bin of its label; None
    without one."""

    now: float
    read: Mapping[str, bytes]
    random: Mapping[str, RecordedRandom]
    label: int | None

    def sources(self, inputs: Sequence[Input]) -> Mapping[int, InputSource]:
        """Returns the same inputs for another rune, which has the same ports."""
        return {
            port.request.id: self.read[port.name]
            if port.name in self.read
            else self.random.get(port.name, RecordedRandom()).replay()
            for port in inputs
        }


@dataclass(frozen=True)
class NextWindow:
    """The newest window, and how many with a label nobody took since the last one."""

    window: AnsweredWindow
    missed: int


class WindowTap:
    """A queue of one window: a newer one takes the place of one that nobody took."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._window: AnsweredWindow | None = None
        self._missed = 0
        self._is_closed = False

    def put(self, window: AnsweredWindow) -> None:
        """Gives the newest window. It takes no time, whatever the rune beside does."""
        with self._condition:
            if self._is_closed:
                return
            if self._window is not None and self._window.label is not None:
                self._missed += 1
            self._window = window
            self._condition.notify()

    def take(self) -> NextWindow | None:
        """Waits for the next window; None when the tap is closed."""
        with self._condition:
            self._condition.wait_for(lambda: self._is_closed or self._window is not None)
            if self._is_closed or self._window is None:
                return None
            next_window = NextWindow(self._window, self._missed)
            self._window, self._missed = None, 0
            return next_window

    @property
    def has_window(self) -> bool:
        """Whether a window waits to be taken."""
        with self._condition:
            return self._window is not None

    def close(self) -> None:
        """Ends it: who waits gets None."""
        with self._condition:
            self._is_closed, self._window = True, None
            self._condition.notify_all()
