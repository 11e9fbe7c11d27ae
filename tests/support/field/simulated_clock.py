"""A system's clock that a test sets, for real programs: the server, its workers and devices live on the same day."""

from __future__ import annotations

import os
import struct
import subprocess
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from hmrd.network.client import ServerClock

_SOURCE = Path(__file__).with_name("system_clock.c")


class RightClock(ServerClock):
    """The clock of a device that is always right, so that it learns nothing from the dates of answers: a server writes
    the date of the second before into them, which was a day ago where the clock was just set."""

    def learn(self, date: float) -> None:
        """Keeps the time as it is."""


class SimulatedClock:
    """The clock of all programs that are started with its `environment`. It goes on by itself, a second a second."""

    def __init__(self, folder: Path, now: datetime) -> None:
        """Compiles the library into a folder, with the C compiler of the system."""
        folder.mkdir(parents=True, exist_ok=True)
        self._file, library = folder / "ahead", folder / "clock.so"
        command = ["gcc", "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", str(library), str(_SOURCE), "-ldl"]
        subprocess.run(command, check=True, timeout=60)
        self._ahead = 0
        self.set(now)
        self.environment: Mapping[str, str] = {"LD_PRELOAD": str(library), "SIMULATED_CLOCK": str(self._file)}

    def set(self, now: datetime) -> None:
        """Sets the clock of all programs at once."""
        self._ahead = round(now.timestamp() - time.time())
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT)
        # In its place, as programs have a map of the file.
        os.pwrite(descriptor, struct.pack("=q", self._ahead), 0)
        os.close(descriptor)

    def seconds(self) -> float:
        """Returns the seconds since 1970 by this clock."""
        return time.time() + self._ahead

    @property
    def now(self) -> datetime:
        """The time by this clock."""
        return datetime.fromtimestamp(self.seconds(), UTC)
