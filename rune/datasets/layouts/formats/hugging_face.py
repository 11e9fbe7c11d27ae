"""Data sets of Hugging Face: audio and image folders with a list of their files, and Parquet files whose rows have the
recordings themselves."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from rune.datasets.content.content import BadContent
from rune.datasets.convert.parquet import ParquetTable
from rune.datasets.convert.plain import plain_recording
from rune.datasets.convert.series import records_of
from rune.datasets.label_names import label_of_folder, split_of, split_of_folders, word
from rune.datasets.layouts.containers.files import MAX_FILES, DataFiles, TooManyRecordings
from rune.datasets.layouts.containers.json_files import json_of
from rune.datasets.layouts.formats.folders import read_recording
from rune.datasets.layouts.formats.tables import PARQUET, read_parquet
from rune.datasets.layouts.layout import Item, Layout, Omission

_LISTS = ("metadata.csv", "metadata.jsonl")
_FILES = ("file_name", "audio_file_name", "image_file_name")
_BYTES = tuple(f"{name}.bytes" for name in ("audio", "image", "file", "recording", "sound"))
_LABELS = ("label", "labels", "class", "category", "intent")
_GROUPS = ("group", "speaker_id", "speaker", "person", "subject")


def find_hugging_face(archive: DataFiles) -> Layout | None:
    """Returns the recordings that lists `metadata.csv` or `metadata.jsonl` name, as audio and image folders have."""
    items: list[Item] = []
    omissions: list[Omission] = []
    lists: list[str] = []
    for list_name in archive.names:
        if list_name.rpartition("/")[2] not in _LISTS:
            continue
        folder = list_name[: list_name.rfind("/") + 1]
        named_rows = [(path, row) for row in _rows(archive, list_name) if (path := _first(row, _FILES))]
        lists += [list_name] if named_rows else []
        for path, row in named_rows:
            if folder + path not in archive:
                omissions.append(Omission(folder + path, "The archive does not have this file, which its list names."))
                continue
            label = _first(row, _LABELS) or label_of_folder(folder + path)
            split = split_of(row.get("split", "")) or split_of_folders(folder + path)
            items.append(Item(folder + path, word(label), word(_first(row, _GROUPS)), split, word(row.get("device"))))
    if not lists:
        return None
    return Layout("Hugging Face folder", items, omissions, read_recording, lists)


def find_hugging_face_parquet(archive: DataFiles) -> Layout | None:
    """Returns the recordings in the rows of Parquet files, as the library `datasets` writes them. None where no table
    has a column of recordings. Raises `BadContent` for too many."""
    items: list[Item] = []
    omissions: list[Omission] = []
    lists: list[str] = []
    for name in archive.names:
        if name.lower().endswith(PARQUET):
            try:
                table = read_parquet(archive, name)
            except BadContent as error:
                omissions.append(Omission(name, str(error)))
                continue
            rows = [*_rows_of_table(name, table)]
            lists += [name] if rows else []
            items += [each for each in rows if isinstance(each, Item)]
            omissions += [each for each in rows if isinstance(each, Omission)]
    if len(items) > MAX_FILES:
        raise TooManyRecordings(f"The archive has {len(items):,} recordings; an import has at most {MAX_FILES:,}.")
    return Layout("Hugging Face Parquet", items, omissions, _read_row, lists) if items else None


def _rows_of_table(name: str, table: ParquetTable) -> Iterator[Item | Omission]:
    """Yields the recordings of a table; none for one without a column of recordings."""
    if _recordings(table) is None:
        return
    split = split_of(PurePosixPath(name).stem.split("-")[0]) or split_of_folders(name)
    classes = next((_class_names(table, key) for key in _LABELS if key in table.names), ())
    for index, row in enumerate(table.rows):
        record = dict(zip(table.names, row, strict=True))
        label, group = (next((record[key] for key in keys if key in record), "") for keys in (_LABELS, _GROUPS))
        if isinstance(label, list):
            yield Omission(f"{name}, row {index + 1}", "It has several labels. A sample has one.")
            continue
        if isinstance(label, int) and classes:
            label = classes[label] if 0 <= label < len(classes) else ""
        yield Item(name, word(label), word(group), split, index=index)


def _read_row(archive: DataFiles, item: Item) -> bytes:
    table = read_parquet(archive, item.path)
    column = _recordings(table)
    data = b"" if column is None else table.rows[item.index][column]
    if not isinstance(data, bytes) or not data:
        raise BadContent(f"Row {item.index + 1} has no bytes of a recording.")
    return plain_recording(data)


def _recordings(table: ParquetTable) -> int | None:
    """The number of the column of recordings: `audio.bytes`, `image.bytes` and the like."""
    return next((number for number, name in enumerate(table.names) if name in _BYTES), None)


def _class_names(table: ParquetTable, column: str) -> Sequence[str]:
    """The names of a column's classes, where the file has numbers for them."""
    try:
        names = json.loads(table.types)["info"]["features"][column]["names"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ()
    return [str(each) for each in names] if isinstance(names, list) else ()


def _rows(archive: DataFiles, name: str) -> Iterable[Mapping[str, str]]:
    data = archive.read(name)
    if not data.strip():
        return
    if name.endswith(".csv"):
        try:
            yield from records_of(data)
        except BadContent as error:
            raise BadContent(f"{name} cannot be read. {error}") from None
        return
    for number, line in enumerate(data.splitlines(), start=1):
        if line.strip():
            row = json_of(line, f"Line {number} of {name}")
            if not isinstance(row, dict):
                raise BadContent(f"Line {number} of {name} is not an object.")
            yield {str(key): _text(value) for key, value in row.items()}


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _first(row: Mapping[str, str], names: Iterable[str]) -> str:
    return next((row[name] for name in names if row.get(name)), "")
