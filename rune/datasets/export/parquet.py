"""Parquet: a table for each series of motion, a row a moment, with the label, the split and the group in columns; and
other tables, of texts, counts and days.

A process of its own writes the files (`rune.datasets.export.parquet_process`). It ends when nothing was written for a
while.
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from threading import Lock, Timer
from typing import IO

from rune.datasets.content.content import BadContent, Kind
from rune.datasets.export.layout import ExportedSample, ExportLayout, no_lists
from rune.environments.analysis import FASTPARQUET, analysis_python, require_environments
from rune.environments.environment import EnvironmentNeeded
from rune.isolation.small_process import end_process, start_module

_MODULE = "rune.datasets.export.parquet_process"
IDLE_SECONDS = 20.0
"""How long the process waits for the next series."""


class ColumnKind(StrEnum):
    """The type of a table's column."""

    TEXT = "text"
    COUNT = "count"
    """A whole number of 64 bits."""
    DAY = "day"
    """Midnight of a day; nothing for an empty text."""


class _ParquetWriter:
    """The process that writes, started when it is needed. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._started: tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes]] | None = None
        self._clock: Timer | None = None

    def file(self, question: Mapping[str, Mapping[str, str | int]], data: bytes) -> bytes:
        """Returns the file of a series with its `facts`, or of a table with its `columns`. Raises `BadContent`, and
        `EnvironmentNeeded`."""
        with self._lock:
            if self._clock is not None:
                self._clock.cancel()
            try:
                return self._written(question, data)
            except (OSError, ValueError) as error:
                self._end()
                raise BadContent("The Parquet file could not be written.") from error
            finally:
                self._clock = Timer(IDLE_SECONDS, self.end)
                self._clock.daemon = True
                self._clock.start()

    def end(self) -> None:
        """Ends the process."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._started is not None:
            end_process(*self._started)
        self._started = None

    def _written(self, question: Mapping[str, Mapping[str, str | int]], data: bytes) -> bytes:
        if self._started is None or self._started[0].poll() is not None:
            self._end()
            self._started = start_module(_MODULE, analysis_python(FASTPARQUET))
        _, questions, answers = self._started
        questions.write(json.dumps({**question, "size": len(data)}).encode() + b"\n")
        questions.write(data)
        questions.flush()
        size = int(answers.readline())
        file = answers.read(size)
        if len(file) != size:
            raise ValueError("the process ended")
        return file


_writer = _ParquetWriter()


def table_file(columns: Mapping[str, ColumnKind], rows: Iterable[Sequence[str | int]]) -> bytes:
    """Returns the file of a table. Its rows have a value for each column. Raises `EnvironmentNeeded` where the library
    is not there, and `BadContent` where the file could not be written, as of too large a table."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return _writer.file({"columns": dict(columns)}, text.getvalue().encode())


def _content(sample: ExportedSample, data: bytes) -> bytes:
    words = {"label": sample.label, "split": sample.split, "group": sample.group}
    facts: Mapping[str, str | int] = {"series": sample.number, **words}
    try:
        return _writer.file({"facts": facts}, data)
    except EnvironmentNeeded as error:
        raise BadContent(_needed(error)) from None


def _refuse(samples: Collection[ExportedSample]) -> None:
    if any(sample.kind is not Kind.MOTION for sample in samples):
        raise BadContent("Parquet has series of motion. Choose another layout for other samples.")
    try:
        require_environments(None, FASTPARQUET)
    except EnvironmentNeeded as error:
        raise BadContent(_needed(error)) from None


def _needed(error: EnvironmentNeeded) -> str:
    return f"{error} Or choose another layout."


PARQUET = ExportLayout(
    "parquet", "Parquet", lambda sample: f"{sample.split}/{sample.number:06d}.parquet", no_lists, _content, _refuse
)
