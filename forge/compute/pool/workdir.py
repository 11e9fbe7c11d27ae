"""The working folder of this process's compilers. Several processes may share one data folder."""

from __future__ import annotations

import fcntl
import os
import tempfile
from functools import cache
from pathlib import Path

from django.conf import settings

from forge.compute.pool.removal import remove_tree

_LOCK = "in-use"


def workdirs() -> Path:
    """Where the folders of all processes are."""
    return Path(settings.DATA_DIR) / "work"


@cache
def workdir() -> Path:
    """This process's folder. It is locked for as long as the process lives."""
    return claim_workdir(workdirs())


def claim_workdir(root: Path) -> Path:
    """Makes a folder that `remove_leftovers` leaves alone until this process ends."""
    root.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="new-", dir=root))
    # The descriptor is never closed: the system does that when the process ends, however it ends.
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    # It gets the name by which others look for leftovers when it is locked already.
    return folder.rename(root / folder.name.replace("new-", "process-", 1))


def remove_leftovers(root: Path) -> None:
    """Removes the folders of processes that are gone."""
    for left in root.glob("process-*"):
        if not _is_in_use(left):
            remove_tree(left)


def _is_in_use(folder: Path) -> bool:
    try:
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
