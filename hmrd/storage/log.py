"""The daemon's own lines: on standard error for the journal, and in two files of bounded size.

No line has an output, a debug text or an input's name of a rune.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TextIO

from hmrd.storage.files import make_folder

LARGEST_FILE: Final = 256 * 1024
_LONGEST_LINE: Final = 500


class RingLog:
    """The last lines, at least `LARGEST_FILE` bytes of them."""

    def __init__(self, path: Path, stream: TextIO | None = None, now: Callable[[], float] = time.time) -> None:
        self._path, self._former = path, path.with_name(f"{path.name}.former")
        self._stream = sys.stderr if stream is None else stream
        self._now = now
        self._lock = threading.Lock()

    def write(self, text: str) -> None:
        """Adds a line. A disk that takes none does not stop the daemon."""
        line = "".join(each if each.isprintable() else "?" for each in " ".join(text.split()))[:_LONGEST_LINE]
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self._now()))
        with self._lock:
            try:
                self._stream.write(f"{line}\n")
                self._stream.flush()
            except (OSError, ValueError):
                pass
            try:
                make_folder(self._path.parent)
                if self._path.exists() and self._path.stat().st_size > LARGEST_FILE:
                    self._path.replace(self._former)
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(f"{stamp} {line}\n")
            except OSError:
                return

    def tail(self, size: int) -> str:
        """Returns the last whole lines, of at most so many bytes."""
        data = b""
        for path in (self._former, self._path):
            try:
                data += path.read_bytes()
            except OSError:
                continue
        if len(data) > size:
            data = data[-size:].partition(b"\n")[2]
        return data.decode("utf-8", "replace")


def fault_text(error: BaseException) -> str:
    """Returns the kind and the place of a fault of the daemon itself, without any value: those may be private."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "?" if trace is None else f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}"
    return f"{type(error).__name__} in {place}"
