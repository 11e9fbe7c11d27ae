"""A progress line on the terminal for work longer than a second: the current step and its duration."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final, TextIO

_DELAY: Final = 1.0
"""Seconds in which nothing is shown."""
_FRAMES: Final = "|/-\\"
_FRAME_SECONDS: Final = 0.2
_CLEAR: Final = "\r\x1b[K"


class ProgressLine:
    """A progress line with the current step; a thread of its own draws it."""

    def __init__(self, text: str, stream: TextIO) -> None:
        self.text = text
        self._stream = stream
        self._end_event = Event()
        self._started = time.monotonic()
        self._thread = Thread(target=self._draw, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Removes the line."""
        self._end_event.set()
        self._thread.join()

    def _draw(self) -> None:
        if self._end_event.wait(_DELAY):
            return
        frame = 0
        while True:
            seconds = time.monotonic() - self._started
            self._stream.write(f"{_CLEAR}{_FRAMES[frame % len(_FRAMES)]} {self.text} ({seconds:.0f} s)")
            self._stream.flush()
            frame += 1
            if self._end_event.wait(_FRAME_SECONDS):
                break
        self._stream.write(_CLEAR)
        self._stream.flush()


@contextmanager
def progress(text: str, *, hidden: bool = False) -> Iterator[ProgressLine | None]:
    """Shows `text` after a second, on a terminal's standard error alone; elsewhere nothing."""
    if hidden or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    line = ProgressLine(text, sys.stderr)
    try:
        yield line
    finally:
        line.end()
