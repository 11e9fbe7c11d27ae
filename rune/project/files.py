"""The only access of the toolchain to a project's files. Paths cannot leave the project.

A path is relative, with `/` between its parts; `./` in front is allowed and dropped. `..`, an absolute path, a drive
letter, a backslash, an empty part, a link that leads out and characters that cannot be seen are refused. An accented
letter and the same letter with a combining accent are one name, as they are on a Mac.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Protocol, runtime_checkable
from unicodedata import normalize

from rune.project.open_no_follow import open_beneath
from rune.wording import size_text


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
    """The one spelling of a path inside a project, composed (NFC). Raises `FileNotInProject`."""
    path = normalize("NFC", path)
    if not path or "\0" in path or "\\" in path or path.startswith("/") or (len(path) > 1 and path[1] == ":"):
        raise FileNotInProject(path, "a path must be relative to the project, with / between its parts")
    if not path.isprintable():
        # A line break, a terminal's escape or a change of direction makes a path look like something that it is not.
        raise FileNotInProject(path, "a path must have visible characters only")
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
    """A project in a folder. Hidden folders are not listed.

    Links are followed while they stay inside, or lead below one of `others`: folders that the person who runs the
    command allows, such as the Git repository around the project. Whatever Git keeps for itself (`.git`) is never read.
    What is opened is the very file that was checked, also when something is renamed meanwhile.
    """

    def __init__(self, root: Path, limit: int = DEFAULT_FILE_LIMIT, others: Sequence[Path] = ()) -> None:
        self._root = root.resolve()
        self._limit = limit
        self._folders = (self._root, *(other.resolve() for other in others))

    def size(self, path: str) -> int:
        with self._open_file(path) as file:
            return os.fstat(file.fileno()).st_size

    def read(self, path: str) -> bytes:
        with self._open_file(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size > self._limit:
                raise FileTooLarge(path, f"{size_text(size)}, more than the limit of {size_text(self._limit)}")
            try:
                return file.read(self._limit + 1)[: self._limit]
            except OSError as error:
                raise FileError(path, error.strerror or str(error)) from error

    def paths(self) -> tuple[str, ...]:
        paths = islice(self._list_files(self._root, "", (self._root,)), _MOST_LISTED)
        return tuple(sorted({normalize("NFC", path) for path in paths}))

    def _list_files(self, folder: Path, prefix: str, chain: tuple[Path, ...]) -> Iterator[str]:
        """The files below `folder`, whose path in the project is `prefix`; `chain` are the folders that led here."""
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            return
        for entry in entries:
            inside = prefix + entry.name
            if not entry.is_dir(follow_symlinks=False) and not (entry.is_symlink() and _is_folder(folder, entry.name)):
                yield inside
                continue
            if entry.name.startswith("."):
                continue
            target = folder / entry.name
            if entry.is_symlink():
                resolved_target = self._allowed_path(_resolved(target))
                if resolved_target is None or any(each.is_relative_to(resolved_target) for each in chain):
                    continue  # It leads out, or back to where it is listed from.
                target = resolved_target
            yield from self._list_files(target, f"{inside}/", (*chain, target))

    def _open_file(self, path: str) -> BinaryIO:
        """The file of a path, open. Raises `FileError`."""
        target = _resolved(_stored_path(self._root, normal_path(path)))
        if target is None:
            raise FileError(path, "a link leads back to itself")
        folder = next((each for each in self._folders if target.is_relative_to(each)), None)
        if folder is None:
            raise FileNotInProject(path, _OUTSIDE)
        if self._allowed_path(target) is None:
            raise FileNotInProject(path, "it belongs to Git's own files, which are never read")
        try:
            descriptor = open_beneath(folder, target)
        except (FileNotFoundError, NotADirectoryError):
            raise FileMissing(path, "no such file in the project") from None
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise FileError(path, "it was replaced by a link while it was opened") from None
            raise FileError(path, error.strerror or str(error)) from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise FileError(path, "not a file")
        return os.fdopen(descriptor, "rb")

    def _allowed_path(self, target: Path | None) -> Path | None:
        """A resolved path that may be read."""
        if target is None:
            return None
        for folder in self._folders:
            if target.is_relative_to(folder):
                return None if _GIT in target.relative_to(folder).parts else target
        return None


_OUTSIDE = (
    "a link leads out of the project, and out of the Git repository around it; copy the file into the project, or "
    "allow its folder with --allow-outside"
)
_GIT = ".git"
_MOST_LISTED = 100_000
"""Files of a project that are listed: links may show a folder again and again."""


def _stored_path(root: Path, path: str) -> Path:
    """Returns where a file is in a folder that may spell its name with combining accents."""
    target = root / path
    if path.isascii() or target.exists():
        return target
    target = root
    for part in path.split("/"):
        if not part.isascii() and not (target / part).exists():
            with suppress(OSError):
                part = next((each.name for each in target.iterdir() if normalize("NFC", each.name) == part), part)
        target /= part
    return target


def _resolved(path: Path) -> Path | None:
    """Returns where a path leads; None for a link that leads back to itself."""
    try:
        return path.resolve()
    except (RuntimeError, OSError):
        return None


def _is_folder(folder: Path, name: str) -> bool:
    """Returns whether a link leads to a folder; it may be broken or go round in a circle."""
    try:
        return stat.S_ISDIR((folder / name).stat().st_mode)
    except (OSError, RuntimeError):
        return False
