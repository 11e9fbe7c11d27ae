"""Tables of many series, CSV and Parquet: rows of `x,y,z` with a column that says which series they belong to, and one
of labels. A row of a Parquet table may also be a whole series, with a list in each column of values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from rune.datasets.content.content import BadContent
from rune.datasets.convert.parquet import ParquetTable, table_of_parquet
from rune.datasets.convert.parquet_process import MAX_UNPACKED
from rune.datasets.convert.series import TIMES, motion_of, table_of
from rune.datasets.layouts.files import MAX_FILES, DataFiles
from rune.datasets.layouts.layout import Item, Layout, Omission, split_of, word

_SERIES = ("series", "series_id", "id", "sample", "sample_id", "window", "segment")
_LABELS = ("label", "class", "activity", "category", "target")
_GROUPS = ("group", "person", "subject", "subject_id", "user", "participant")
_AXES = 3

PARQUET = ".parquet"
Table = tuple[tuple[str, ...], Mapping[object, list[tuple[Any, ...]]]]
"""The names of the columns in lower case, and the rows of each series."""


def find_tables(archive: DataFiles) -> Layout | None:
    """Returns the series of the archive's tables. Raises `BadContent` for a table with too many series."""
    items: list[Item] = []
    omissions: list[Omission] = []
    for name in archive.names:
        if name.lower().endswith((".csv", PARQUET)):
            try:
                items += _series(archive, name)
            except BadContent as error:
                if not name.lower().endswith(PARQUET):
                    raise
                omissions.append(Omission(name, str(error)))
    if len(items) > MAX_FILES:
        raise BadContent(f"The archive has {len(items):,} series; an import has at most {MAX_FILES:,}.")
    return Layout("tables of series", items, omissions, _read) if items or omissions else None


def _series(archive: DataFiles, name: str) -> Iterable[Item]:
    table = _table(archive, name)
    if table is None:
        return
    header, rows_by_series = table
    label, group, split = (_column(header, names) for names in (_LABELS, _GROUPS, ("split",)))
    for index, rows in enumerate(rows_by_series.values()):
        yield Item(
            name,
            word(rows[0][label]) if label is not None else "",
            word(rows[0][group]) if group is not None else "",
            split_of(rows[0][split]) if split is not None else "",
            index=index,
        )


def _read(archive: DataFiles, item: Item) -> bytes:
    table = _table(archive, item.path)
    if table is None:
        raise BadContent("The table is missing.")
    header, rows_by_series = table
    named = {*_SERIES, *_LABELS, *_GROUPS, *TIMES, "split"}
    axes = [index for index, name in enumerate(header) if name not in named]
    if len(axes) != _AXES:
        raise BadContent(f"The table has {len(axes)} columns of values; motion has three: x, y and z.")
    rows = list(rows_by_series.values())[item.index]
    values = [[row[index] for index in axes] for row in rows]
    if len(values) == 1 and all(isinstance(each, list) for each in values[0]):
        if len({len(each) for each in values[0]}) != 1:
            raise BadContent("The lists of x, y and z differ in length.")
        values = [list(each) for each in zip(*values[0], strict=True)]
    return motion_of(values)


@lru_cache(maxsize=2)
def _table(archive: DataFiles, name: str) -> Table | None:
    """The rows of a table by series; None for a CSV file that is no table of several series. Raises `BadContent`."""
    if name.lower().endswith(PARQUET):
        return _parquet_table(read_parquet(archive, name))
    try:
        names, rows = table_of(archive.read(name))
    except BadContent:
        return None
    header = tuple(each.lower() for each in names)
    series = _column(header, _SERIES)
    if series is None or _column(header, _LABELS) is None:
        return None
    by_series: dict[object, list[tuple[Any, ...]]] = {}
    for row in rows:
        if len(row) != len(header):
            raise BadContent(f"{name} has a row of {len(row)} values; its header has {len(header)}.")
        by_series.setdefault(row[series], []).append(tuple(row))
    return header, by_series


@lru_cache(maxsize=2)
def read_parquet(archive: DataFiles, name: str) -> ParquetTable:
    """A Parquet file of the archive; the last two are kept. Raises `BadContent`."""
    return table_of_parquet(archive.read(name, MAX_UNPACKED))


def _parquet_table(table: ParquetTable) -> Table:
    rows = table.rows
    header = tuple(each.lower() for each in table.names)
    if _column(header, _LABELS) is None:
        raise BadContent("The table has no column with labels, such as `label`.")
    series = _column(header, _SERIES)
    is_listed = bool(rows) and any(isinstance(each, list) for each in rows[0])
    if series is None and not is_listed:
        raise BadContent("The table has no column that says which series a row belongs to, such as `series`.")
    by_series: dict[object, list[tuple[Any, ...]]] = {}
    for number, row in enumerate(rows):
        key = number if is_listed or series is None else repr(row[series])
        by_series.setdefault(key, []).append(row)
    return header, by_series


def _column(header: tuple[str, ...], names: Iterable[str]) -> int | None:
    return next((header.index(name) for name in names if name in header), None)
