"""A Git repository's commits and files, read from its object folder: each object is what its name says, or nothing is.

Knows no project, and runs nothing of the repository. `history.process` calls it, in a process of its own.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeVar
from unicodedata import normalize

from dulwich.object_store import DiskObjectStore
from dulwich.objects import Blob, Commit, ObjectID, ShaFile, Tag, Tree

from forge.projects.git.repository import may_be_in_git
from rune.project.files import FileError, normal_path
from rune.wording import plain

MAX_PATH_LENGTH: Final = 200
MAX_COMMIT_BYTES: Final = 64 * 1024
T = TypeVar("T", bound=ShaFile)


class RepositoryBroken(Exception):
    """The fault of a repository, as a sentence."""


@dataclass(frozen=True)
class GitLimits:
    """The limits of how much of a history is read. A larger one is refused, and not cut off."""

    commits: int
    files: int
    """The files of one commit."""
    entries: int
    """Files of all commits together."""


class Objects:
    """The objects of a folder that is called as Git calls its own."""

    def __init__(self, folder: Path, limits: GitLimits) -> None:
        self._store = DiskObjectStore(str(folder))
        self._limits = limits
        self._below: dict[bytes, tuple[tuple[str, bytes], ...]] = {}

    def history(self, head: bytes) -> tuple[list[Commit], int]:
        """The commits up to one, the oldest first, by their first parents, and how many of them merge others."""
        commits: list[Commit] = []
        seen_names: set[bytes] = set()
        merges = 0
        name: bytes | None = head
        while name is not None:
            if name in seen_names:
                raise RepositoryBroken("The history has a commit that comes before itself.")
            if len(commits) >= self._limits.commits:
                raise RepositoryBroken(f"The history has more than {self._limits.commits:,} commits.")
            seen_names.add(name)
            commit = self._object(name, Commit)
            commits.append(commit)
            merges += len(commit.parents) > 1
            name = bytes(commit.parents[0]) if commit.parents else None
        return commits[::-1], merges

    def files(self, commit: Commit) -> dict[str, bytes]:
        """The names of a commit's files by path."""
        files: dict[str, bytes] = {}
        for tree_path, name in self._tree(bytes(commit.tree), 0):
            path = _checked_path(tree_path)
            if path in files:
                raise RepositoryBroken(
                    f"The history has {plain(path)} twice, with an accented letter and with a combining accent. "
                    "A project has one of them: rename the other in the repository."
                )
            files[path] = name
        return files

    def blob(self, name: bytes) -> bytes:
        """A file's bytes."""
        return self._object(name, Blob).as_raw_string()

    def commit_of(self, name: bytes) -> bytes:
        """The name of the commit that a name leads to."""
        kind, data = self._raw(name)
        item = ShaFile.from_raw_string(kind, data)
        return self.commit_of(bytes(item.object[1])) if isinstance(item, Tag) else name

    def _tree(self, name: bytes, length: int) -> tuple[tuple[str, bytes], ...]:
        """Returns the files below a tree, by relative path; read once, however often it occurs."""
        if length > MAX_PATH_LENGTH:
            raise RepositoryBroken(f"A path of the history has more than {MAX_PATH_LENGTH} characters.")
        if name in self._below:
            return self._below[name]
        files: list[tuple[str, bytes]] = []
        for entry in self._object(name, Tree).iteritems():
            title = entry.path.decode("utf-8", "replace")
            if stat.S_ISDIR(entry.mode):
                files += [
                    (f"{title}/{path}", blob) for path, blob in self._tree(bytes(entry.sha), length + len(title) + 1)
                ]
            elif stat.S_ISREG(entry.mode):
                files.append((title, bytes(entry.sha)))
            else:
                what = "a link" if stat.S_ISLNK(entry.mode) else "another repository (a submodule)"
                raise RepositoryBroken(f"{plain(title)} in the history is {what}.")
            if len(files) > self._limits.files:
                raise RepositoryBroken(f"A commit has more than {self._limits.files:,} files.")
        self._below[name] = tuple(files)
        return self._below[name]

    def _object(self, name: bytes, kind: type[T]) -> T:
        number, data = self._raw(name)
        if number != kind.type_num:
            raise RepositoryBroken(f"The object {name.decode()[:12]} is no {kind.type_name.decode()}.")
        if kind is Commit and len(data) > MAX_COMMIT_BYTES:
            raise RepositoryBroken(f"The commit {name.decode()[:12]} has more than {MAX_COMMIT_BYTES:,} bytes.")
        try:
            item = ShaFile.from_raw_string(number, data)
            item.check()
        except Exception as error:
            # Whatever the library says of bytes that are no object: a stranger chose them.
            raise RepositoryBroken(f"The object {name.decode()[:12]} is damaged: the history is not whole.") from error
        assert isinstance(item, kind)  # noqa: S101 (its number said so)
        return item

    def _raw(self, name: bytes) -> tuple[int, bytes]:
        try:
            number, data = self._store.get_raw(ObjectID(name))
        except KeyError:
            raise RepositoryBroken(
                f"The object {name.decode('ascii', 'replace')[:12]} is missing: the history is not whole."
            ) from None
        except MemoryError:
            raise
        except Exception as error:
            raise RepositoryBroken(
                f"The object {name.decode()[:12]} cannot be read: the history is not whole."
            ) from error
        kinds: Mapping[int, bytes] = {each.type_num: each.type_name for each in (Commit, Tree, Blob, Tag)}
        head = b"%s %d\0" % (kinds.get(number, b"?"), len(data))
        if hashlib.sha1(head + data, usedforsecurity=False).hexdigest().encode() != name:
            raise RepositoryBroken(f"The object {name.decode()[:12]} is damaged: its bytes are not those of its name.")
        return number, data


@lru_cache(maxsize=100_000)
def _checked_path(path: str) -> str:
    try:
        normal = normal_path(path)
        if normal != normalize("NFC", path) or len(path) > MAX_PATH_LENGTH or not may_be_in_git(path):
            raise RepositoryBroken(f"{plain(path)} in the history is not a valid path.")
    except FileError as error:
        raise RepositoryBroken(f"{plain(path)} in the history: {error.reason}.") from error
    return normal


def changes(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[tuple[str, bytes | None]]:
    """Returns the changed files from one commit to the next; None for deleted files."""
    yield from ((path, name) for path, name in after.items() if before.get(path) != name)
    yield from ((path, None) for path in before.keys() - after.keys())
