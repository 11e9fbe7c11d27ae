"""The working folder of this process's compilers. Several processes may share one data folder."""

from __future__ import annotations

import fcntl
import logging
import os
import stat
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from django.conf import settings

from forge.compute.removal import remove_tree
from rune.isolation.linux import is_linux
from rune.isolation.probe import probe
from rune.isolation.protections import Protection

_log = logging.getLogger(__name__)

_LOCK = "in-use"


def workdirs() -> Path:
    """Returns the folder with the workdirs of all processes: in the data folder, which lets nobody in but its owner.

    A server that runs as root gives each process a user of its own. Where the system has no namespaces, in which a
    folder is seen without those above it, that user must be able to reach it.
    """
    return _reachable_folder() or Path(settings.DATA_DIR) / "work"


@cache
def _reachable_folder() -> Path | None:
    if not is_linux() or os.geteuid() != 0 or _has_namespaces():
        return None
    folder = Path(tempfile.gettempdir()) / "hammer-forge-work"
    folder.mkdir(mode=0o711, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != 0:
        _log.warning("%s is not root's own folder, so processes that compute stay root's", folder)
        return None
    folder.chmod(0o711)
    return folder


def _has_namespaces() -> bool:
    try:
        return Protection.NAMESPACES not in probe(os.getpid()).missing
    except (OSError, subprocess.SubprocessError, ValueError):
        return False


@cache
def workdir() -> Path:
    """This process's folder. It is locked for as long as the process lives."""
    return claim_workdir(workdirs())


def claim_workdir(root: Path) -> Path:
    """Makes a folder that `remove_leftovers` leaves alone until this process ends."""
    root.mkdir(parents=True, exist_ok=True)
    folder = passable(Path(tempfile.mkdtemp(prefix="new-", dir=root)))
    # The descriptor is never closed: the system does that when the process ends, however it ends.
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    # It gets the name by which others look for leftovers when it is locked already.
    return folder.rename(root / folder.name.replace("new-", "process-", 1))


def passable(folder: Path) -> Path:
    """Lets others pass a folder of root's, and see nothing in it: those who compute are other users."""
    if os.geteuid() == 0:
        folder.chmod(0o711)
    return folder


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
