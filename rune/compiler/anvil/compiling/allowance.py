"""The limits of one build: wall-clock time, CPU time and memory.

They apply from the start of the build, so they include reading, proving and packing. Our own steps check them between
two ops; a process of the C compiler gets what remains.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rune.compiler.anvil.compiling.interruption import current_interruption
from rune.compiler.anvil.errors import CompileError
from rune.wording import size_text


@dataclass(frozen=True)
class CompilerLimits:
    """The limits of one build."""

    wall_seconds: float = 600.0
    """Wall-clock time, including waiting."""
    processor_seconds: int = 240
    """CPU time of this process and all processes of the C compiler together."""
    memory: int = 4 << 30
    """The memory that the build adds to this process, and the address space of all compiler processes that run at once,
    together."""
    process_memory: int = 2 << 30
    """Address space of one compiler process, in bytes."""
    file_size: int = 256 << 20
    """The maximum size of a file that it writes."""
    open_files: int = 64


USUAL = CompilerLimits()

CHECK_INTERVAL = 0.005
"""Seconds between two checks of time and memory by `require`: a build calls it hundreds of times, and each check reads
files of the system."""


class Allowance:
    """The remaining limits of a build. They count from when this object is created."""

    def __init__(self, limits: CompilerLimits = USUAL) -> None:
        self.limits = limits
        self.interruption = current_interruption()
        self._start = time.monotonic()
        self._next_check = self._start
        self._used_before = _processor_seconds_of_all()
        self._memory_before, self._peak_before = _resident(), _peak_resident()

    @property
    def at_once(self) -> int:
        """Returns how many compiler processes can run at a time."""
        return max(1, self.limits.memory // self.limits.process_memory)

    @property
    def process_memory(self) -> int:
        """Returns the address space for each compiler process. Raises `CompileError` if none remains."""
        return min(self.memory() // self.at_once, self.limits.process_memory)

    def memory(self) -> int:
        """Returns the remaining memory for the number of processes. Raises `CompileError` if none remains."""
        peak = _peak_resident()
        most = peak if peak > self._peak_before else _resident()
        left = self.limits.memory - max(0, most - self._memory_before)
        if left <= 0:
            raise self.out_of_memory()
        return left

    def wall_seconds(self) -> float:
        """Returns the remaining wall-clock time. Raises `CompileError` if none remains."""
        left = self._start + self.limits.wall_seconds - time.monotonic()
        if left <= 0:
            raise self.out_of_time()
        return left

    def processor_seconds(self, beside: int) -> int:
        """Returns the CPU time in whole seconds for each of this many concurrent processes, so that all together stay
        within the limit. Raises `CompileError` if none remains."""
        return max(1, int(self._processor_seconds()) // beside)

    def require(self) -> None:
        """Raises `CompileError` if no time or memory remains, and `BuildInterrupted` if the build is to end. Between
        two checks of time and memory, `CHECK_INTERVAL` apart, only the interruption is noticed."""
        self.interruption.check()
        now = time.monotonic()
        if now < self._next_check:
            return
        self._next_check = now + CHECK_INTERVAL
        self.wall_seconds()
        self._processor_seconds()
        self.memory()

    def _processor_seconds(self) -> float:
        """Returns the remaining CPU time. Raises `CompileError` if none remains."""
        left = self.limits.processor_seconds - (_processor_seconds_of_all() - self._used_before)
        if left <= 0:
            raise self.out_of_processor_time()
        return left

    def out_of_memory(self) -> CompileError:
        most = size_text(self.limits.memory)
        return CompileError(f"The build was stopped: it needs more than {most} of memory. Make its models smaller")

    def out_of_time(self) -> CompileError:
        return CompileError(f"The build was stopped after {self.limits.wall_seconds:g} seconds")

    def out_of_processor_time(self) -> CompileError:
        return CompileError(
            f"The build was stopped: it used more than {self.limits.processor_seconds} seconds of processor time"
        )


def _processor_seconds_of_all() -> float:
    """The CPU time of this process and its finished children. Other builds in this process count too, so a build can
    end too early but never too late."""
    usages = [resource.getrusage(kind) for kind in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in usages)


def _resident() -> int:
    """The resident memory of this process in bytes, or its peak on a system that does not report it. Other builds in
    this process count too."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return _peak_resident()
    return pages * os.sysconf("SC_PAGE_SIZE")


def _peak_resident() -> int:
    """The peak memory of this process in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most << 10
