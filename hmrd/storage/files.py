"""Files that are whole or not there, whenever the power fails."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from hmrd.protocol.problems import DeviceProblem, ProblemName
from rune.no_room import is_out_of_room


class StorageFailed(Exception):
    """The disk is full, or cannot be written."""

    def __init__(self, problem: DeviceProblem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def write_file(path: Path, data: bytes, *, mode: int = 0o640) -> None:
    """Writes a file in place of the one of this name, once its bytes are on the disk. Raises `StorageFailed`."""
    part = path.with_name(f".{path.name}.new")
    try:
        make_folder(path.parent)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        part.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        _discard(part)
        raise storage_failure(path, error) from None


def make_folder(path: Path) -> None:
    """Makes a folder that the daemon's user alone reads, with those around it."""
    if not path.is_dir():
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Brings the names in a folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_file(path: Path) -> bytes | None:
    """Returns the bytes of a file; None where there is none, or where the disk does not give them."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def delete_file(path: Path) -> None:
    """Deletes a file if it is there. Raises `StorageFailed`."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise storage_failure(path, error) from None


def storage_failure(path: Path, error: OSError) -> StorageFailed:
    """Returns the named problem of an error of the disk."""
    if is_out_of_room(error):
        return StorageFailed(DeviceProblem(ProblemName.DISK_FULL, f"{path} cannot be written: the disk is full."))
    return StorageFailed(DeviceProblem(ProblemName.UNEXPECTED, f"{path} cannot be written: {error.strerror or error}."))


def _discard(path: Path, unlink: Callable[[Path], None] = os.unlink) -> None:
    try:
        unlink(path)
    except OSError:
        return
