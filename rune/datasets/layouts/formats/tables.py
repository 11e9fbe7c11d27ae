"""Tables of many series, CSV and Parquet: rows of numbers with a column that says which series they belong to, and one
of labels. A row of a Parquet table may also be a whole series, with a list in each column of values. A CSV file with a
column of labels and none of series is a table whose rows stand for themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import lru_cache
from itertools import groupby
from typing import Any

from rune.datasets.content.content import SUFFIXES, BadContent, Kind
from rune.datasets.content.read import read_content
from rune.datasets.convert.parquet import ParquetTable, table_of_parquet
from rune.datasets.convert.parquet_process import MAX_UNPACKED
from rune.datasets.convert.series import axes_of, is_number, motion_of, table_of, table_of_numbers, value_columns
from rune.datasets.convert.times import Timing, timing_of_columns
from rune.datasets.label_names import label_of_folder, split_of, split_of_folders, word
from rune.datasets.layouts.containers.files import MAX_FILES, DataFiles, TooManyRecordings
from rune.datasets.layouts.layout import Item, Layout, Omission
from rune.wording import listed

_SERIES = ("series", "series_id", "id", "sample", "sample_id", "window", "segment")
_LABELS = ("label", "class", "activity", "category", "target")
_GROUPS = ("group", "person", "subject", "subject_id", "user", "participant")
_ROW_LABELS = tuple(name for name in _LABELS if name != "target")
"""The columns of labels in tables without series: a column `target` has numbers to be learned."""
_MOST_PARTS = 1000
"""Recordings that a table without series becomes: rows of one label that follow each other are together in one."""

PARQUET = ".parquet"
Table = tuple[tuple[str, ...], Mapping[object, list[tuple[Any, ...]]]]
"""The names of the columns in lower case, and the rows of each series."""


def find_tables(archive: DataFiles) -> Layout | None:
    """Returns the series of the archive's tables; None where it has as many other recordings: a table of notes beside
    them says nothing of the layout. Raises `BadContent` for tables with too many series."""
    series: list[Item | Omission] = []
    others = 0
    for name in archive.names:
        if name.lower().endswith((*SUFFIXES, PARQUET)):
            own = _series_in(archive, name)
            series += own
            others += not own
    if len(series) <= others:
        return None
    items = [each for each in series if isinstance(each, Item)]
    if len(items) > MAX_FILES:
        raise TooManyRecordings(f"The archive has {len(items):,} series; an import has at most {MAX_FILES:,}.")
    omissions = [each for each in series if isinstance(each, Omission)]
    return Layout("tables of series", items, omissions, _read, {item.path for item in items}, _timing)


def _series_in(archive: DataFiles, name: str) -> Sequence[Item | Omission]:
    """Returns the series of a file, none for one that is no table of them."""
    if not name.lower().endswith((".csv", PARQUET)):
        return ()
    try:
        series = tuple(_series(archive, name))
    except BadContent as error:
        return (Omission(name, str(error)),)
    return () if series and _is_recording(archive, name) else series


def _is_recording(archive: DataFiles, name: str) -> bool:
    """Returns whether a table is one recording: `train/warm/7.csv` has its label in its name, and numbers in all
    columns, of which one may be called `label`."""
    if not label_of_folder(name) or not split_of_folders(name):
        return False
    try:
        return read_content(archive.read(name)).kind is Kind.TABLE
    except BadContent:
        return False


def _series(archive: DataFiles, name: str) -> Iterator[Item | Omission]:
    table = _table(archive, name)
    if table is None:
        return
    header, rows_by_series = table
    series, label, group, split = (_column(header, names) for names in (_SERIES, _LABELS, _GROUPS, ("split",)))
    for index, rows in enumerate(rows_by_series.values()):
        labels, groups, splits = _words(rows, label), _words(rows, group), _words(rows, split, split_of)
        reason = _reason_to_omit(labels, groups, splits)
        if reason:
            yield Omission(name if series is None else f"{name}, series {word(rows[0][series])}", reason)
        else:
            yield Item(name, _only(labels), _only(groups), _only(splits), index=index)


def _words(rows: Iterable[Sequence[Any]], column: int | None, read_word: Callable[[object], str] = word) -> Set[str]:
    """The words in a column of a series. A row may be empty there: the words of the others hold for it too."""
    if column is None:
        return set()
    # Rows mostly repeat the value of the one before, which is read once.
    values = (value for value, _ in groupby(row[column] for row in rows))
    return {text for value in values if (text := read_word(value))}


def _only(words: Set[str]) -> str:
    return next(iter(words), "")


def _reason_to_omit(labels: Set[str], groups: Set[str], splits: Set[str]) -> str:
    """Returns why the rows of a series are no sample, "" where they are one."""
    if len(labels) > 1:
        return "It has several labels. A sample has one."
    if len(groups) > 1:
        return "It is of several people. A sample is of one."
    return "It is in several splits. A sample is in one." if len(splits) > 1 else ""


def _timing(archive: DataFiles, item: Item) -> Timing | None:
    table = _table(archive, item.path)
    if table is None:
        return None
    header, rows_by_series = table
    return timing_of_columns(header, list(rows_by_series.values())[item.index])


def _read(archive: DataFiles, item: Item) -> bytes:
    table = _table(archive, item.path)
    if table is None:
        raise BadContent("The table is missing.")
    header, rows_by_series = table
    axes = _value_columns(header, {*_SERIES, *_LABELS})
    rows = list(rows_by_series.values())[item.index]
    values = [[row[index] for index in axes] for row in rows]
    names = [header[index] for index in axes]
    if len(values) == 1 and all(isinstance(each, list) for each in values[0]):
        if len({len(each) for each in values[0]}) > 1:
            raise BadContent(f"The lists of {listed(names)} differ in length.")
        values = [list(each) for each in zip(*values[0], strict=True)]
    places = axes_of(names)
    if places is None:
        return table_of_numbers(names, values)
    return motion_of([row[place] for place in places] for row in values)


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
    if _column(header, _ROW_LABELS if series is None else _LABELS) is None:
        return None
    checked_rows = list(_check_rows(header, rows))
    are_numbers = [is_number(text) for text in _first_values(header, checked_rows, is_series=series is not None)]
    # A list of files has no number in a column of values.
    if not (any(are_numbers) if series is not None else are_numbers and all(are_numbers)):
        return None
    if series is None:
        return header, _parts(header, checked_rows)
    by_series: dict[object, list[tuple[Any, ...]]] = {}
    for row in checked_rows:
        by_series.setdefault(row[series], []).append(row)
    return header, by_series


def _check_rows(header: tuple[str, ...], rows: Iterable[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        if len(row) != len(header):
            raise BadContent(f"It has a row of {len(row)} values; its first line names {len(header)} columns.")
        yield tuple(row)


def _first_values(header: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, is_series: bool) -> Sequence[str]:
    """Returns what the first row has in the columns of values."""
    columns = _value_columns(header, {*_SERIES, *_LABELS} if is_series else {*_ROW_LABELS})
    return [rows[0][column] for column in columns] if rows else []


def _value_columns(header: tuple[str, ...], named_columns: Set[str]) -> Sequence[int]:
    """Returns the columns of values. `named` are the columns of series and labels."""
    others = [column for column, name in enumerate(header) if name not in named_columns | {*_GROUPS, "split"}]
    return [others[place] for place in value_columns([header[column] for column in others])]


def _parts(header: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> Mapping[object, list[tuple[Any, ...]]]:
    """The rows of a table without series as parts of one label, person and split each."""
    places = [place for names in (_ROW_LABELS, _GROUPS, ("split",)) if (place := _column(header, names)) is not None]
    longest = -(-len(rows) // _MOST_PARTS)
    parts: dict[object, list[tuple[Any, ...]]] = {}
    newest: dict[object, int] = {}
    for row in rows:
        key = tuple(row[place] for place in places)
        number = newest.setdefault(key, 0)
        if len(parts.get((key, number), ())) >= longest:
            newest[key] = number = number + 1
        parts.setdefault((key, number), []).append(row)
    return parts


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
