"""A folder with compiled units, so that a command need not compile what an earlier one has compiled."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import NamedTemporaryFile

from rune.user_cache import user_cache

LIMIT = 256 << 20
"""Bytes of a folder."""
_DIGEST = 32
"""Bytes at the beginning of a file: the SHA-256 of the rest."""


class ObjectFolder:
    """Compiled units by their keys (`compiling/objects.py`) and the version of the compiler.

    It is never an error: a damaged file counts as missing, and a folder that cannot be written stores nothing. The
    first unit that a process stores removes the least recently used ones beyond `limit` bytes.
    """

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        self.folder = folder
        self._limit = limit
        self._is_pruned = False

    def get(self, key: str) -> bytes | None:
        path = self._path(key)
        try:
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        content = data[_DIGEST:]
        return content if hashlib.sha256(content).digest() == data[:_DIGEST] else None

    def put(self, key: str, content: bytes) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not self._is_pruned:
                self._is_pruned = True
                self._prune()
            with NamedTemporaryFile(dir=self.folder, prefix=".", delete=False) as file:
                temporary = Path(file.name)
                try:
                    file.write(hashlib.sha256(content).digest() + content)
                    file.flush()
                    temporary.replace(self._path(key))
                except BaseException:
                    temporary.unlink(missing_ok=True)
                    raise
        except OSError:
            return

    def _path(self, key: str) -> Path:
        return self.folder / hashlib.sha256(f"{_compiler_version()}\n{key}".encode()).hexdigest()

    def _prune(self) -> None:
        """Removes files from the least recently used on, until a quarter of the limit is free."""
        files = []
        for path in self.folder.iterdir():
            with suppress(OSError):  # another process may remove it at the same time
                status = path.stat()
                files.append((status.st_mtime, status.st_size, path))
        size = sum(each for _, each, _ in files)
        if size <= self._limit:
            return
        for _, each, path in sorted(files):
            if size <= self._limit * 3 // 4:
                return
            path.unlink(missing_ok=True)
            size -= each


class ObjectSharing:
    """The folder through which this process shares compiled units with others. Only the command `rune` has one."""

    folder: ObjectFolder | None = None

    def begin(self) -> None:
        """Shares units through `rune/objects` in the user's cache. A user without a home, as in some containers, shares
        none."""
        with suppress(RuntimeError):
            self.folder = ObjectFolder(user_cache("objects"))

    def end(self) -> None:
        self.folder = None


SHARING = ObjectSharing()


@cache
def _compiler_version() -> str:
    try:
        return version("ziglang")
    except PackageNotFoundError:
        return ""  # nothing is compiled without it
