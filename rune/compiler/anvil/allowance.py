"""What one build may use in all: time by the clock, time on the processor, memory.

It begins with the build, so reading, proving and packing are inside of it. Our own steps look at the clocks and at the
memory between two ops; a process of the C compiler gets as much as is left.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rune.compiler.anvil.errors import CompileError
from rune.wording import size_text


@dataclass(frozen=True)
class CompilerLimits:
    """The limits of one build."""

    wall_seconds: float = 600.0
    """By the clock, which goes on while the build waits for others."""
    processor_seconds: int = 240
    """Of this process and all processes of the C compiler together."""
    memory: int = 4 << 30
    """Bytes that the build adds to this process's memory, and of address space of all processes of the C compiler that
    run at once, together."""
    process_memory: int = 2 << 30
    """Bytes of address space of one."""
    file_size: int = 256 << 20
    """Bytes of any file that it writes."""
    open_files: int = 64


USUAL = CompilerLimits()


class Allowance:
    """What is left of a build's limits. It begins when it is made."""

    def __init__(self, limits: CompilerLimits = USUAL) -> None:
        self.limits = limits
        self._start = time.monotonic()
        self._used_before = _processor_seconds_of_all()
        self._memory_before, self._peak_before = _resident(), _peak_resident()

    @property
    def at_once(self) -> int:
        """How many processes of the compiler may run at a time."""
        return max(1, self.limits.memory // self.limits.process_memory)

    @property
    def process_memory(self) -> int:
        """Bytes of address space that each may have. Raises `CompileError` when there are none."""
        return min(self.memory() // self.at_once, self.limits.process_memory)

    def memory(self) -> int:
        """Bytes that are left by what this process took since, at most at a time. Raises `CompileError` when there are
        none."""
        peak = _peak_resident()
        most = peak if peak > self._peak_before else _resident()
        left = self.limits.memory - max(0, most - self._memory_before)
        if left <= 0:
            raise self.out_of_memory()
        return left

    def wall_seconds(self) -> float:
        """Seconds that are left by the clock. Raises `CompileError` when there are none."""
        left = self._start + self.limits.wall_seconds - time.monotonic()
        if left <= 0:
            raise self.out_of_time()
        return left

    def processor_seconds(self, beside: int) -> int:
        """Whole seconds on the processor for one of so many processes that run at once, so that all together keep the
        limit. Raises `CompileError` when none is left."""
        return max(1, int(self._processor_seconds()) // beside)

    def require(self) -> None:
        """Raises `CompileError` when no time or no memory is left."""
        self.wall_seconds()
        self._processor_seconds()
        self.memory()

    def _processor_seconds(self) -> float:
        """Seconds on the processor that are left. Raises `CompileError` when there are none."""
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
    """Of this process, and of all that it started and that have ended. Another build in this process counts too, which
    ends a build too early and never too late."""
    used = [resource.getrusage(kind) for kind in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _resident() -> int:
    """Bytes of this process in memory now; on a system that does not tell, the most that there ever were. Another build
    in this process counts too."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return _peak_resident()
    return pages * os.sysconf("SC_PAGE_SIZE")


def _peak_resident() -> int:
    """The most bytes of this process that ever were in memory. macOS counts bytes, others KiB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most << 10
