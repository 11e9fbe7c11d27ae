"""Memory of this machine that steps have reserved. A step waits until there is room for what it may use at most, so
steps that run at once do not take memory from each other.

A reservation is a file that is locked while its process lives: after kill -9 it is free again without anybody's help.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.refusal import Reason, Refused
from rune.environments.environment import environments_folder

SHARE = 0.8
"""The share of the machine's memory that all reservations together may have. One alone may always have what it
needs."""
WAIT_SECONDS = 600.0
"""The longest that a step waits for memory."""
_POLL_SECONDS = 0.25


@contextmanager
def reserve_memory(
    size: int,
    on_wait: Callable[[], object] = lambda: None,
    *,
    folder: Path | None = None,
    capacity: int | None = None,
    seconds: float = WAIT_SECONDS,
) -> Iterator[None]:
    """Reserves `size` bytes for the block, and calls `on_wait` while there is no room. Raises `Refused` after
    `seconds`.

    `capacity` is the memory of all reservations, the share of the machine's memory if it is None.
    """
    folder = folder or environments_folder() / "memory"
    folder.mkdir(parents=True, exist_ok=True)
    capacity = capacity or int(SHARE * machine_memory())
    deadline = time.monotonic() + seconds
    while (path := _reservation(folder, size, capacity)) is None:
        if time.monotonic() >= deadline:
            amount = f"{size >> 20:,} MB of memory"
            raise Refused(Reason.BUSY, f"{amount} are reserved by other steps. Try again when they ended.")
        on_wait()
        time.sleep(_POLL_SECONDS)
    try:
        yield
    finally:
        os.close(path[1])
        path[0].unlink(missing_ok=True)


def machine_memory() -> int:
    """Bytes of memory of the machine, or of the container where that has less."""
    size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for name in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            text = Path(name).read_text("ascii").strip()
        except OSError:
            continue
        if text.isdigit():
            size = min(size, int(text))
    return size


def _reservation(folder: Path, size: int, capacity: int) -> tuple[Path, int] | None:
    """A reservation with the descriptor that holds it, or None where there is no room."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        used_bytes = sum(_size_of(path) for path in folder.glob("*.bytes"))
        if used_bytes and used_bytes + size > capacity:
            return None
        descriptor, name = tempfile.mkstemp(prefix=f"{size}-", suffix=".bytes", dir=folder)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return Path(name), descriptor


def _size_of(path: Path) -> int:
    """The bytes of a reservation; 0 and no file any more for one whose process has ended."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return 0  # its step has just ended
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(path.name.partition("-")[0])
        path.unlink(missing_ok=True)
    return 0
