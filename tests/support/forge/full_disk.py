"""A disk that is full at one write: of a file's bytes, of a name in a folder, or of a row of the database."""

from __future__ import annotations

import errno
import io
import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.db import OperationalError, connection

_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)\b", re.IGNORECASE)


class FullDisk:
    """Counts the writes of one thread below a folder, and of the database; the one with this number fails."""

    def __init__(self, folder: Path, fails: int) -> None:
        self._folder, self._fails = folder, fails
        self.writes = 0
        self.failed = ""
        """The write that failed."""

    def _write(self, name: str, error: Exception) -> None:
        self.writes += 1
        if self.writes == self._fails:
            self.failed = name
            raise error

    def _file_write(self, name: str) -> None:
        self._write(name, OSError(errno.ENOSPC, "No space left on device"))

    def is_inside(self, path: Any) -> bool:
        return isinstance(path, str | os.PathLike) and self._folder in Path(path).resolve().parents

    @contextmanager
    def active(self) -> Iterator[None]:
        """Fills the disk while the context lasts."""
        real_open = io.open

        def opened(file: Any, mode: str = "r", *rest: Any, **keywords: Any) -> Any:
            if not self.is_inside(file) or not set(mode) & set("wxa+"):
                return real_open(file, mode, *rest, **keywords)
            self._file_write(f"open {mode}")
            return _CountingFile(real_open(file, mode, *rest, **keywords), self._file_write)

        def guarded(kind: type, method: str) -> Any:
            real = getattr(kind, method)

            def call(path: Any, *arguments: Any, **keywords: Any) -> Any:
                if self.is_inside(path):
                    self._file_write(method)
                return real(path, *arguments, **keywords)

            return patch.object(kind, method, call)

        def statement(execute: Any, sql: str, *arguments: Any) -> Any:
            if _WRITES.match(sql):
                self._write(sql.split("(")[0].strip()[:60], OperationalError("database or disk is full"))
            return execute(sql, *arguments)

        with ExitStack() as stack:
            stack.enter_context(patch("io.open", opened))
            real_link = os.link

            def link(*names: Any) -> None:
                self._file_write("link")
                real_link(*names)

            stack.enter_context(patch("os.link", link))
            for method in ("mkdir", "touch", "replace"):
                stack.enter_context(guarded(Path, method))
            stack.enter_context(connection.execute_wrapper(statement))
            yield


class _CountingFile:
    """A file whose writes are counted."""

    def __init__(self, file: Any, write: Callable[[str], None]) -> None:
        self._file, self._count = file, write

    def write(self, data: bytes) -> int:
        self._count("write")
        return int(self._file.write(data))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> _CountingFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
