"""The process that writes Parquet files: series with their facts, or tables, come in, and the bytes of files go out.
Started by `rune.datasets.export.parquet`, so that a server that exports loads no pandas."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import IO, Any

import fastparquet
import pandas  # type: ignore[import-untyped]  # it has no types of its own

from rune.isolation.small_process import confine_to_toolchain, limit, take_streams

MEMORY = 1024**3
"""Bytes of data that this process may have."""
_AXES = ("x", "y", "z")


class _WrittenFile(io.BytesIO):
    """A file in memory whose bytes stay when the library closes it."""

    def close(self) -> None:
        """Keeps the bytes."""


def file_of(facts: Mapping[str, Any], data: bytes) -> bytes:
    """Returns a file with a row for each line of a series, and the facts in columns before its numbers."""
    rows = [[float(text) for text in line.split(",")] for line in data.decode("ascii").splitlines()]
    frame = pandas.DataFrame(rows, columns=_AXES)
    for place, (name, value) in enumerate(facts.items()):
        frame.insert(place, name, value)
    return _file(frame)


def table_of(columns: Mapping[str, str], data: bytes) -> bytes:
    """Returns a file with the rows of CSV without a head. `columns` are the kinds (`parquet.ColumnKind`) by the names,
    in their order."""
    frame = pandas.read_csv(
        io.BytesIO(data),
        names=list(columns),
        # A text that is a number, or `NA`, stays a text; texts that come again and again are stored once.
        dtype={name: "int64" if kind == "count" else "str" for name, kind in columns.items()},
        keep_default_na=False,
    )
    for name, kind in columns.items():
        if kind == "day":
            frame[name] = pandas.to_datetime(frame[name].replace("", None), format="%Y-%m-%d")
        elif kind == "text":
            frame[name] = frame[name].astype("category")
    return _file(frame)


def _file(frame: Any) -> bytes:
    file = _WrittenFile()
    fastparquet.write("series", frame, compression="ZSTD", open_with=lambda *_: file, write_index=False)
    return file.getvalue()


def serve(questions: IO[bytes], answers: IO[bytes]) -> None:
    """Answers each series or table with the size of its file and the file, until there is none."""
    while line := questions.readline():
        question = json.loads(line)
        data = questions.read(question["size"])
        file = table_of(question["columns"], data) if "columns" in question else file_of(question["facts"], data)
        answers.write(b"%d\n" % len(file))
        answers.write(file)
        answers.flush()


def main() -> None:
    """Confines the process to what the library needs, and answers requests."""
    streams = take_streams()
    limit(MEMORY)
    confine_to_toolchain()
    serve(*streams)


if __name__ == "__main__":
    main()
