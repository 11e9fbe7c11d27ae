"""The total usage of a process and all that it started, as the system measures it from outside."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_KIB = 1024
_OWN_MEMORY = (b"RssAnon:", b"RssShmem:")
"""Memory that is the process's own or shared among those that it started, and not a file's."""
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class ProcessUsage:
    """The usage of a tree of processes."""

    processes: int
    memory: int
    """Bytes in memory; what several share counts for each."""
    seconds: float
    """The seconds on the processor, also of processes that ended."""


def usage_of(root: int) -> ProcessUsage:
    """The usage of a process with all its descendants; nothing where the system does not tell.

    Those whose parent ended are descendants still, because `rune.isolation.launch` adopts them.
    """
    processes = memory = 0
    seconds = 0.0
    for pid in _tree(root):
        try:
            status, stat = (Path(f"/proc/{pid}/{name}").read_bytes() for name in ("status", "stat"))
        except OSError:
            continue  # it ended meanwhile
        processes += 1
        memory += _memory(status)
        # User and system, its own and those of the children that it waited for.
        seconds += sum(int(field) for field in stat.rpartition(b")")[2].split()[11:15]) / _TICKS
    return ProcessUsage(processes, memory, seconds)


def _memory(status: bytes) -> int:
    lines = (line.split() for line in status.splitlines() if line.startswith(_OWN_MEMORY))
    return sum(int(fields[1]) for fields in lines) * _KIB


def _tree(root: int) -> Iterator[int]:
    left = [root]
    while left:
        pid = left.pop()
        yield pid
        try:
            for task in Path(f"/proc/{pid}/task").iterdir():
                left += map(int, (task / "children").read_bytes().split())
        except OSError:
            continue


def bytes_below(folder: Path, entries: int) -> int | None:
    """The bytes of all files below a folder; None for more than so many entries, or deeper than a path can be."""
    total = entry_count = 0
    left = [folder]
    while left:
        try:
            with os.scandir(left.pop()) as listing:
                for entry in listing:
                    entry_count += 1
                    if entry_count > entries:
                        return None
                    if entry.is_dir(follow_symlinks=False):
                        left.append(Path(entry.path))
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
        except FileNotFoundError:
            continue  # it was removed meanwhile
        except OSError:
            return None
    return total
