"""Sinks that take lines: the daemon's standard output, and commands."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import BinaryIO

from hmrd.running.failure import RunFailed
from hmrd.running.processes import command
from hmrd.running.sinks.queue import DeliveryFailed


class StreamSink:
    """Writes JSON lines to a stream, which is standard output unless another one is named."""

    def __init__(self, stream: BinaryIO | None = None) -> None:
        self._stream = sys.stdout.buffer if stream is None else stream

    def deliver(self, answer: bytes) -> None:
        """Writes a line."""
        try:
            self._stream.write(answer + b"\n")
            self._stream.flush()
        except (OSError, ValueError) as error:
            raise DeliveryFailed(f"Standard output takes nothing: {error}.") from None

    def close(self) -> None:
        """Leaves the stream open, since it is the daemon's."""


class CommandSink:
    """Writes JSON lines to a command, which is started again where it ended."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._arguments = arguments
        self._lock = threading.Lock()
        self._running: subprocess.Popen[bytes] | None = None
        self._context: AbstractContextManager[subprocess.Popen[bytes]] | None = None
        self._is_closed = False

    def deliver(self, answer: bytes) -> None:
        """Writes a line to the command."""
        process = self._process()
        try:
            if process.stdin is None or process.poll() is not None:
                raise BrokenPipeError("it ended")
            process.stdin.write(answer + b"\n")
            process.stdin.flush()
        except (OSError, ValueError) as error:
            self._end()
            raise DeliveryFailed(f"{self._arguments[0]} takes nothing: {error}.") from None

    def close(self) -> None:
        """Ends the command."""
        self._is_closed = True
        self._end()

    def _process(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._is_closed:
                raise DeliveryFailed(f"{self._arguments[0]} was ended.")
            if self._running is None:
                self._context = command(self._arguments, stdin=subprocess.PIPE)
                try:
                    self._running = self._context.__enter__()
                except RunFailed as error:
                    raise DeliveryFailed(str(error)) from None
            return self._running

    def _end(self) -> None:
        with self._lock:
            if self._running is not None and self._context is not None:
                self._running = None
                self._context.__exit__(None, None, None)
