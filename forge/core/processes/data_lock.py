"""Locks the data folder: shared by servers and workers, exclusive for a restore.

A lock of the system on a file, which ends with its process however that ends.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

FILE = "in-use"


class Use(Enum):
    """The use of the folder by a process."""

    ALONE = fcntl.LOCK_EX
    SHARED = fcntl.LOCK_SH


class DataInUse(Exception):
    """Another process uses the data folder; the text names it."""


@contextmanager
def data_folder(data: Path, use: Use) -> Iterator[None]:
    """Locks the data folder while the context is open. Raises `DataInUse` if another process holds a conflicting
    lock."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = data / FILE
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, use.value | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataInUse(f"The data folder {data} is in use by {_holder(path)}.") from None
        file.seek(0)
        file.truncate()
        json.dump({"pid": os.getpid(), "host": socket.gethostname()}, file)
        file.flush()
        yield


def running_server(data: Path) -> int | None:
    """A process of this machine that uses the folder; of several, the one that came last."""
    holder = _read_holder(data / FILE)
    if holder is None or holder[1] != socket.gethostname() or not _is_running(holder[0]):
        return None
    return holder[0]


def _holder(path: Path) -> str:
    """The process that noted itself last."""
    holder = _read_holder(path)
    return "another process" if holder is None else f"process {holder[0]} on {holder[1]}"


def _read_holder(path: Path) -> tuple[int, str] | None:
    try:
        holder = json.loads(path.read_text("utf-8"))
        return int(holder["pid"]), str(holder["host"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # another user's
    return True
