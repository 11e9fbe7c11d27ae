"""The one door through which the toolchain reads a project's files. It cannot be left.

A path is relative, with `/` between its parts; `./` in front is allowed and dropped. `..`, an absolute path, a drive
letter, a backslash, an empty part, a link that leads out and characters that cannot be seen are refused.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable


class FileError(Exception):
    """A project's file that cannot be read; `path` as it was asked for, `reason` for a person."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class FileNotInProject(FileError):
    """The path leads, or would lead, out of the project."""


class FileMissing(FileError):
    """There is no such file."""


class FileTooLarge(FileError):
    """The file is larger than the project's limit."""


DEFAULT_FILE_LIMIT = 64 * 1024 * 1024
"""Bytes that one file of a project may have."""


class ProjectFiles(Protocol):
    """The files of one project at one moment."""

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises `FileError`."""
        ...

    def paths(self) -> tuple[str, ...]:
        """Every file's normal path, sorted."""
        ...


@runtime_checkable
class SizedFiles(ProjectFiles, Protocol):
    """Files whose size can be asked for before they are read."""

    def size(self, path: str) -> int:
        """The bytes that a file has. Raises `FileError`."""
        ...


def normal_path(path: str) -> str:
    """The one spelling of a path inside a project. Raises `FileNotInProject`."""
    if not path or "\0" in path or "\\" in path or path.startswith("/") or (len(path) > 1 and path[1] == ":"):
        raise FileNotInProject(path, "a path must be relative to the project, with / between its parts")
    if not path.isprintable():
        # A line break, a terminal's escape or a change of direction makes a path look like something that it is not.
        raise FileNotInProject(path, "a path is made of characters that can be seen")
    parts = [part for part in path.split("/") if part != "."]
    if not parts or any(part in ("", "..") for part in parts):
        raise FileNotInProject(path, "a path must stay inside the project")
    return "/".join(parts)


class MemoryFiles:
    """A project whose files are given as bytes by path."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self._contents = {normal_path(path): data for path, data in contents.items()}

    def read(self, path: str) -> bytes:
        try:
            return self._contents[normal_path(path)]
        except KeyError:
            raise FileMissing(path, "no such file in the project") from None

    def size(self, path: str) -> int:
        return len(self.read(path))

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self._contents))


class FolderFiles:
    """A project in a folder. Links are followed only while they stay inside; hidden folders are not listed."""

    def __init__(self, root: Path, limit: int = DEFAULT_FILE_LIMIT) -> None:
        self._root = root.resolve()
        self._limit = limit

    def size(self, path: str) -> int:
        try:
            return self._target(path).stat().st_size
        except FileNotFoundError:
            raise FileMissing(path, "no such file in the project") from None
        except OSError as error:
            raise FileError(path, error.strerror or str(error)) from error

    def _target(self, path: str) -> Path:
        try:
            target = (self._root / normal_path(path)).resolve()
        except RuntimeError as error:
            raise FileError(path, "a link leads back to itself") from error
        if not target.is_relative_to(self._root):
            raise FileNotInProject(path, "a link leads out of the project")
        return target

    def read(self, path: str) -> bytes:
        target = self._target(path)
        try:
            with open(target, "rb", opener=_open_without_waiting) as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode):
                    raise FileError(path, "not a file")
                if status.st_size > self._limit:
                    raise FileTooLarge(path, f"{status.st_size} bytes, more than the limit of {self._limit}")
                return file.read(self._limit + 1)[: self._limit]
        except FileNotFoundError:
            raise FileMissing(path, "no such file in the project") from None
        except OSError as error:
            raise FileError(path, error.strerror or str(error)) from error

    def paths(self) -> tuple[str, ...]:
        found = []
        for folder, folders, files in os.walk(self._root):
            folders[:] = [name for name in folders if not name.startswith(".")]
            found += [str((Path(folder) / name).relative_to(self._root)) for name in files]
        return tuple(sorted(found))


def _open_without_waiting(path: str, flags: int) -> int:
    """Opens without blocking on a pipe that nobody writes to."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
