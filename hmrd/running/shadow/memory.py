"""The memory that a second rune needs, as its build says, against the memory that this device has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from hmrd.protocol.problems import DeviceProblem, ProblemName
from rune.running.container import ContainerError, read_rune
from rune.running.runtime import Limits

RESERVE: Final = 32 * 1024 * 1024
"""Bytes that stay free beside both runes."""
_PAGE: Final = 64 * 1024
_CODE_FACTOR: Final = 6
"""Bytes of memory for each byte of a rune: its own bytes, its code, and what compiling takes meanwhile."""
_BASE: Final = 4 * 1024 * 1024
"""Bytes of an engine, whatever it runs."""


def needed_memory(data: bytes) -> int:
    """Returns the bytes that a rune needs: its memory, as the build laid it out, and its code. Of bytes that are no
    rune, those of their code."""
    try:
        rune = read_rune(data)
    except ContainerError:
        return _BASE + _CODE_FACTOR * len(data)
    return _BASE + _CODE_FACTOR * len(data) + max(rune.memory_pages * _PAGE, rune.planned_memory or 0)


def available_memory(root: Path = Path("/")) -> int | None:
    """Returns the bytes that this process can still take: of the machine, and within the limits of its control
    groups. None where the system does not say."""
    sizes = [*_of_machine(root), *_of_groups(root)]
    return min(sizes) if sizes else None


def memory_short(data: bytes, available: int | None) -> DeviceProblem | None:
    """Returns the problem of a rune that needs more memory than there is; None where there is enough, or where the
    system does not say how much."""
    size = needed_memory(data)
    if available is None or size + RESERVE <= available:
        return None
    detail = f"It needs {size:,} bytes of memory beside the other rune, and {available:,} are free."
    return DeviceProblem(ProblemName.MEMORY_SHORT, f"{detail} {RESERVE:,} have to stay free.")


def bounded(run_limits: Limits, available: int | None) -> Limits:
    """Returns the limits of a rune that runs beside another one, whose memory may not grow into the reserve."""
    if available is None:
        return run_limits
    return replace(run_limits, memory=max(_PAGE, min(run_limits.memory, available - RESERVE)))


def _of_machine(root: Path) -> Iterator[int]:
    for line in _text(root / "proc/meminfo").splitlines():
        name, _, value = line.partition(":")
        if name == "MemAvailable" and (words := value.split()) and words[0].isdecimal():
            yield int(words[0]) * 1024


def _of_groups(root: Path) -> Iterator[int]:
    """Yields what the control groups of this process leave, from its own up to that of all."""
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, kinds, path = [*line.split(":", 2), "", ""][:3]
        if not kinds:
            yield from _upwards(root / "sys/fs/cgroup", path, "memory.max", "memory.current", "inactive_file")
        elif "memory" in kinds.split(","):
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
            yield from _upwards(root / "sys/fs/cgroup/memory", path, *names)


def _upwards(base: Path, path: str, limit: str, usage: str, reclaimable: str) -> Iterator[int]:
    folder = base / path.strip("/")
    for group in (folder, *folder.parents):
        most, now = _text(group / limit).strip(), _text(group / usage).strip()
        if most.isdecimal() and now.isdecimal():
            # The system takes back what it only keeps of files.
            yield max(0, int(most) - max(0, int(now) - _statistic(group / "memory.stat", reclaimable)))
        if group == base:
            return


def _statistic(path: Path, name: str) -> int:
    for line in _text(path).splitlines():
        words = line.split()
        if len(words) == 2 and words[0] == name and words[1].isdecimal():
            return int(words[1])
    return 0


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError):
        return ""
