"""Writing and removing a file below a folder without following links: nothing outside of the folder is changed."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Final

_NOFOLLOW: Final = getattr(os, "O_NOFOLLOW", 0)
_FOLDER: Final = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW | getattr(os, "O_CLOEXEC", 0)
CAN_WRITE: Final = {os.open, os.mkdir, os.rename, os.unlink, os.stat} <= os.supports_dir_fd and _NOFOLLOW != 0
"""Whether this system can open a file inside of an open folder; Windows cannot."""


def write_beneath(root: Path, path: str, data: bytes) -> None:
    """Writes a file below `root`, whole or not at all; folders on the way are made. `path` is normal, and `root` is
    resolved. Raises `OSError`, with `ELOOP` or `ENOTDIR` where a link is on the way."""
    *folders, name = PurePosixPath(path).parts
    with _folder_beneath(root, folders, makes=True) as folder:
        mode = _mode(folder, name)
        part = f".{secrets.token_hex(8)}.part"
        descriptor = os.open(part, _NEW, 0o666, dir_fd=folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                if mode is not None:
                    os.fchmod(file.fileno(), mode)
            os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with suppress(OSError):
                os.unlink(part, dir_fd=folder)
            raise


def remove_beneath(root: Path, path: str) -> None:
    """Removes a file below `root`. Raises `OSError` as `write_beneath` does."""
    *folders, name = PurePosixPath(path).parts
    with _folder_beneath(root, folders, makes=False) as folder:
        _mode(folder, name)
        os.unlink(name, dir_fd=folder)


def make_beneath(root: Path, path: str) -> None:
    """Makes a folder below `root`, with those on the way. Raises `OSError` as `write_beneath` does."""
    with _folder_beneath(root, PurePosixPath(path).parts, makes=True):
        return


@contextmanager
def _folder_beneath(root: Path, folders: Sequence[str], *, makes: bool) -> Iterator[int]:
    """A descriptor of a folder, into which each part was opened inside of the one before it."""
    if not CAN_WRITE:
        raise OSError(errno.ENOTSUP, "this system cannot write below a folder without following links", str(root))
    at = os.open(root, _FOLDER)
    try:
        for part in folders:
            if makes:
                with suppress(FileExistsError):
                    os.mkdir(part, dir_fd=at)
            inner = os.open(part, _FOLDER | _NOFOLLOW, dir_fd=at)
            os.close(at)
            at = inner
        yield at
    finally:
        os.close(at)


def _mode(folder: int, name: str) -> int | None:
    """Returns the permissions of the regular file that is there; None where nothing is. Raises `OSError` for a link,
    which is not replaced either, and for what is no file."""
    try:
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.ELOOP, "a link, or no regular file", name)
    return stat.S_IMODE(status.st_mode)
