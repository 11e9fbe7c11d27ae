"""A line on which a program of this machine finds the device: a pseudo-terminal."""

from __future__ import annotations

import os
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from rune.tools.mlperf.protocol import BenchmarkDevice

_AT_ONCE: Final = 4096


@dataclass(frozen=True)
class TerminalLine:
    """`path` is what the other program opens; `descriptor` is this side of it."""

    path: str
    descriptor: int


@contextmanager
def terminal_line() -> Iterator[TerminalLine]:
    """A pseudo-terminal that passes bytes on as they are. It stays when the other program closes it."""
    own, other = os.openpty()
    try:
        tty.setraw(other)
        yield TerminalLine(os.ttyname(other), own)
    finally:
        os.close(own)
        os.close(other)


def serve(line: TerminalLine, device: BenchmarkDevice) -> None:
    """Answers what arrives, until the process is interrupted.

    Nothing is sent before: boards say that they started while nobody listens, and here it would wait for the runner,
    which would take it for the answer to its first command.
    """
    while True:
        _send(line, device.receive(os.read(line.descriptor, _AT_ONCE)))


def _send(line: TerminalLine, lines: Iterator[str]) -> None:
    for text in lines:
        data = f"{text}\r\n".encode("ascii", "replace")
        while data:
            data = data[os.write(line.descriptor, data) :]
