"""Writes a command's output file: it appears whole or not at all, and keeps the permissions of the file it replaces."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from rune.tools.cli.failure import command_failure
from rune.tools.cli.files.input_file import resolved


def write_file(path: Path, data: bytes) -> None:
    """Writes `data` to `path`; `-` is standard output. Ends the command with a reason when it cannot."""
    if str(path) == "-":
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        with replacing(path) as file:
            file.write(data)
    except OSError as error:
        raise command_failure(f'Unable to write "{path}"', OSError(error.errno, error.strerror)) from error


def write_folder(folder: Path, files: Mapping[str, bytes], starting_points: Collection[str]) -> None:
    """Writes files into a folder, which is made where it is missing; other files in it stay, and so do starting points
    that are there already. Ends the command with a reason when it cannot."""
    for name, data in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise command_failure(
                f'Unable to make the folder "{folder}"', OSError(error.errno, error.strerror)
            ) from error
        if name not in starting_points or not path.exists():
            write_file(path, data)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, which replaces `path` at the end; after an exception it is removed.

    A link stays and what it leads to is replaced. What is no regular file, such as a pipe, is written to directly.
    Raises `OSError`.
    """
    target = resolved(path)
    if target.exists() and not target.is_file():
        with target.open("wb") as file:
            yield file
        return
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:64]}-")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        part.chmod(_mode(target))
        part.replace(target)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _mode(target: Path) -> int:
    """The permissions of the file that is replaced, else what a new file gets."""
    try:
        return target.stat().st_mode & 0o7777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
