"""A signal to stop, for which a thread can wait together with the bytes of a source."""

from __future__ import annotations

import os
import select
import threading


class StopSignal:
    """A signal that is given once. Every wait returns at once from then on."""

    def __init__(self) -> None:
        self._flag = threading.Event()
        self._descriptor = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)

    def set(self) -> None:
        """Gives the signal."""
        if not self._flag.is_set():
            self._flag.set()
            os.eventfd_write(self._descriptor, 1)

    @property
    def is_set(self) -> bool:
        """Whether the signal was given."""
        return self._flag.is_set()

    def wait(self, seconds: float | None) -> bool:
        """Waits so long, or until the signal is given. Returns whether it was."""
        return self._flag.wait(seconds)

    def wait_readable(self, descriptor: int, seconds: float | None = None) -> bool:
        """Waits until bytes can be read, or the other end is gone. False where the signal or the time came first."""
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        poll.register(self._descriptor, select.POLLIN)
        ready = {number for number, _ in poll.poll(None if seconds is None else seconds * 1000)}
        return descriptor in ready and not self.is_set

    def __del__(self) -> None:
        os.close(self._descriptor)
