"""Parquet files as tables. A process of its own decodes them, because a damaged file can end the one that reads it:
on the server, in `rune`, and in a notebook alike."""

from __future__ import annotations

import json
import os
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock, Timer
from typing import Any

from rune.datasets.content.content import BadContent
from rune.datasets.convert.parquet_process import DAMAGED_FILE, MAX_COLUMNS, MAX_ROWS
from rune.environments.analysis import FASTPARQUET, analysis_python
from rune.environments.environment import EnvironmentNeeded
from rune.isolation.small_process import end_process, start_module

_MODULE = "rune.datasets.convert.parquet_process"
_SECONDS, _SECONDS_A_MEGABYTE = 10.0, 2.0
"""The longest that one file may take: the library reads some damaged ones for ever."""
_MAX_ANSWER = 1_500_000_000
"""Bytes of one answer: numbers are longer as text than as they are stored."""


@dataclass(frozen=True)
class ParquetTable:
    """The names of the columns, and the rows. A column of lists has lists in its rows, and one of bytes has bytes.

    `types` is the text in which the library `datasets` describes the columns, "" for files of other writers.
    """

    names: Sequence[str]
    rows: Sequence[tuple[Any, ...]]
    types: str = ""


def table_of_parquet(data: bytes) -> ParquetTable:
    """Returns the table of a Parquet file. Raises `BadContent`, whatever the bytes are."""
    with _lock:
        reader = _warm.get(os.getpid())
        if reader is None or not reader.is_alive:
            try:
                reader = _warm[os.getpid()] = _Reader()
            except EnvironmentNeeded as error:
                raise BadContent(f"This is a Parquet file. {error}") from None
        return reader.table(data)


class _Reader:
    """The process that decodes. Not for several threads at once. It ends with the last that holds this."""

    def __init__(self) -> None:
        self._process, self._questions, self._answers = start_module(_MODULE, analysis_python(FASTPARQUET))
        self._end = weakref.finalize(self, end_process, self._process, self._questions, self._answers)
        self._remaining = 0

    @property
    def is_alive(self) -> bool:
        return self._end.alive and self._process.poll() is None

    def table(self, data: bytes) -> ParquetTable:
        """Raises `BadContent`; where the process ended or its answer makes no sense, it is not used again."""
        self._remaining = _MAX_ANSWER
        try:
            with self._within_time(_SECONDS + _SECONDS_A_MEGABYTE * len(data) / 1_000_000):
                self._questions.write(b"%d\n" % len(data))
                self._questions.write(data)
                self._questions.flush()
                head = self._line()
                names = head["names"]
                if not (isinstance(names, list) and len(names) <= MAX_COLUMNS):
                    raise ValueError(names)
                rows = list(self._rows(len(names)))
        except BadContent:
            raise
        except (OSError, ValueError, LookupError, TypeError, RecursionError, MemoryError):
            self._end()
            raise BadContent(DAMAGED_FILE) from None
        except BaseException:
            # The answer of a question that was broken off must not be taken for that of the next.
            self._end()
            raise
        return ParquetTable([str(each) for each in names], rows, str(head.get("types", "")))

    def _rows(self, width: int) -> Iterator[tuple[Any, ...]]:
        count = 0
        while "end" not in (part := self._line()):
            columns = [self._column(each) for each in part["columns"]]
            if len(columns) != width:
                raise ValueError(width)
            for row in zip(*columns, strict=True):
                count += 1
                if count > MAX_ROWS:
                    raise ValueError(count)
                yield row

    def _column(self, description: Any) -> list[Any]:
        if isinstance(description, dict):
            return [self._read(size) for size in description["sizes"]]
        if not isinstance(description, list):
            raise TypeError(description)
        return description

    def _line(self) -> dict[str, Any]:
        """The next line of the answer, which is not trusted either."""
        line = self._answers.readline(self._remaining)
        self._remaining -= len(line)
        part = json.loads(line)
        if not isinstance(part, dict):
            raise TypeError(part)
        if "refused" in part:
            raise BadContent(str(part["refused"])[:300])
        return part

    def _read(self, size: int) -> bytes:
        if not 0 <= size <= self._remaining:
            raise ValueError(size)
        data = self._answers.read(size)
        self._remaining -= len(data)
        if len(data) != size:
            raise ValueError(size)
        return data

    @contextmanager
    def _within_time(self, seconds: float) -> Iterator[None]:
        clock = Timer(seconds, self._process.kill)
        clock.daemon = True
        clock.start()
        try:
            yield
        finally:
            clock.cancel()
            clock.join()


_lock = Lock()
_warm: dict[int, _Reader] = {}
"""The reader of this process, by its number: one that was forked must not share the pipes of the other."""
