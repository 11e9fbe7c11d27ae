"""Parquet in imports: what a stock writer writes is read to the bit, and hostile files are left out by name."""

from __future__ import annotations

import io
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import fastparquet
import numpy as np
import pandas  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from rune.datasets.content.content import BadContent
from rune.datasets.convert import parquet, parquet_process
from rune.datasets.convert.parquet import table_of_parquet
from rune.datasets.convert.parquet_process import parts_of
from rune.datasets.export.parquet import PARQUET
from rune.datasets.layouts.find import read_item
from rune.environments.environment import FOLDER_VARIABLE
from tests.rune.datasets.layouts.test_layouts import facts, layout_of
from tests.support.cases import each_case

ROWS = 40
TABLE = pandas.DataFrame(
    {
        "series": np.repeat([1, 2], ROWS // 2),
        "timestamp": np.arange(ROWS) * 10,
        "X": np.linspace(-1, 1, ROWS),
        "Y": np.arange(ROWS, dtype=np.int32),
        "Z": np.full(ROWS, 9.75, np.float32),
        "Label": ["ring"] * (ROWS // 2) + ["wing"] * (ROWS // 2),
        "subject": ["Ana"] * (ROWS // 2) + ["Jo"] * (ROWS // 2),
    }
)


class _OpenFile(io.BytesIO):
    """A file in memory that outlives its closing by the library."""

    def close(self) -> None:
        """Keeps the bytes."""


def written(frame: pandas.DataFrame, **options: Any) -> bytes:
    """A Parquet file by fastparquet."""
    file = _OpenFile()
    fastparquet.write("x", frame, open_with=lambda path, mode: file, **options)
    return file.getvalue()


@each_case("compression", [None, "SNAPPY", "GZIP", "ZSTD", "BROTLI"])
def test_series_come_in_as_motion_with_label_and_person(compression: str | None) -> None:
    archive, layout = layout_of({"a/table.parquet": written(TABLE, compression=compression, row_group_offsets=[0, 13])})
    assert layout.name == "tables of series"
    assert facts(layout) == {("a/table.parquet", "ring", "Ana", ""), ("a/table.parquet", "wing", "Jo", "")}
    lines = [read_item(archive, layout, item).data.decode().splitlines() for item in layout.items]
    rows = [f"{float(x)!r},{y},9.75".replace(".0,", ",") for x, y in zip(TABLE["X"], TABLE["Y"], strict=True)]
    assert lines == [rows[: ROWS // 2], rows[ROWS // 2 :]]


def test_a_row_may_be_a_whole_series() -> None:
    frame = pandas.DataFrame(
        {"x": [[1.5, 2.0], [3.0]], "y": [[0.0, 1.0], [4.0]], "z": [[9.0, 9.5], [5.0]], "label": ["up", "down"]}
    )
    encoding = {"x": "json", "y": "json", "z": "json", "label": "utf8"}
    archive, layout = layout_of({"t.parquet": written(frame, object_encoding=encoding)})
    assert facts(layout) == {("t.parquet", "up", "", ""), ("t.parquet", "down", "", "")}
    assert [read_item(archive, layout, item).data for item in layout.items] == [b"1.5,0,9\n2,1,9.5\n", b"3,4,5\n"]


@each_case(
    ("data", "reason"),
    [
        (b"PAR1" + bytes(40) + b"PAR1", "damaged or cut short"),
        (written(TABLE)[:-30], "damaged or cut short"),
        (b"", "damaged or cut short"),
        (written(TABLE.drop(columns="Label")), "no column with labels"),
        (written(TABLE.drop(columns="series")), "which series a row belongs to"),
    ],
)
def test_a_table_that_cannot_be_read_is_left_out_by_name_and_the_rest_comes_in(data: bytes, reason: str) -> None:
    _, layout = layout_of({"bad.parquet": data, "good.parquet": written(TABLE)})
    assert {item.path for item in layout.items} == {"good.parquet"}
    (omission,) = layout.omissions
    assert (omission.path, reason in omission.reason) == ("bad.parquet", True)


def test_a_table_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    data = written(pandas.DataFrame({"x": np.zeros(100_000), "label": ["a"] * 100_000}), compression="ZSTD")
    assert len(data) < 100_000
    monkeypatch.setattr(parquet_process, "MAX_UNPACKED", 100_000)
    monkeypatch.setattr(parquet_process, "_part", lambda columns: pytest.fail("it was unpacked"))
    with pytest.raises(BadContent, match="once it is unpacked"):
        next(parts_of(data))


def test_the_number_of_rows_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_process, "MAX_ROWS", ROWS - 1)
    with pytest.raises(BadContent, match="at most 39 rows"):
        next(parts_of(written(TABLE)))


GOOD = written(TABLE, compression="SNAPPY")
read_line = parquet._Reader._line


def changed(place: int, value: int) -> bytes:
    """The table with one byte of another value."""
    return GOOD[:place] + bytes([value]) + GOOD[place + 1 :]


def read_or_refuse(data: bytes) -> None:
    """Reads a table; a refusal is an end as well."""
    with suppress(BadContent):
        table = table_of_parquet(data)
        assert all(len(row) == len(table.names) for row in table.rows)


@settings(max_examples=12, deadline=None)
@given(some.integers(0, len(GOOD) - 1), some.integers(0, 255))
def test_one_changed_byte_is_refused_in_a_sentence_or_read(place: int, value: int) -> None:
    read_or_refuse(changed(place, value))


@pytest.mark.proof
@settings(max_examples=2_000, deadline=None)
@given(some.integers(0, len(GOOD) - 1), some.integers(0, 255))
def test_thousands_of_changed_bytes_are_refused_in_a_sentence_or_read(place: int, value: int) -> None:
    read_or_refuse(changed(place, value))


ENDLESS = changed(13, 1)
"""A length of a page: the library reads it for ever, with all the memory that it gets."""


@pytest.mark.slow
def test_a_file_that_is_read_for_ever_is_refused_and_the_next_one_read(monkeypatch: pytest.MonkeyPatch) -> None:
    table_of_parquet(GOOD)
    monkeypatch.setattr(parquet, "_SECONDS", 0.5)
    before = parquet._warm[os.getpid()]
    with pytest.raises(BadContent, match="damaged or cut short"):
        table_of_parquet(ENDLESS)
    assert not before.is_alive
    monkeypatch.undo()
    assert len(table_of_parquet(GOOD).rows) == ROWS


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT])
def test_a_file_that_ends_the_process_that_decodes_it_is_refused_and_the_next_one_read(
    monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """The library does so with some damaged files, and not with the same ones on each machine."""
    reader = parquet._Reader()
    monkeypatch.setitem(parquet._warm, os.getpid(), reader)
    # It is stopped until the signal is there, which is then the first that it sees: it never answers.
    os.kill(reader._process.pid, signal.SIGSTOP)

    def line_of_a_killed_process(self: Any) -> dict[str, Any]:
        os.kill(self._process.pid, number)
        os.kill(self._process.pid, signal.SIGCONT)
        return read_line(self)

    monkeypatch.setattr(parquet._Reader, "_line", line_of_a_killed_process)
    with pytest.raises(BadContent, match="damaged or cut short"):
        table_of_parquet(GOOD)
    monkeypatch.undo()
    assert not reader.is_alive
    assert len(table_of_parquet(GOOD).rows) == ROWS


def test_nothing_is_printed_about_damaged_metadata(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BadContent):
        table_of_parquet(GOOD[:-20] + b"x" * 16 + b"PAR1")
    assert capfd.readouterr().out == ""


def test_without_the_library_the_refusal_says_how_it_is_prepared(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "fastparquet", None)
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setattr(parquet, "_warm", {})
    with pytest.raises(BadContent, match=r"MB to download.*`python -m lab.environments prepare analysis`"):
        table_of_parquet(GOOD)
    with pytest.raises(BadContent, match=r"prepare analysis`. Or choose another layout"):
        PARQUET.refuse([])
