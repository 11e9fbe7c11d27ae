"""Croissant, the metadata of data sets by MLCommons: records that name a file, its label, its split and its person.

Records stand in the metadata itself or in a CSV file of the archive. What a record set computes by regular expressions
or joins is not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rune.datasets.content.content import BadContent
from rune.datasets.convert.series import records_of
from rune.datasets.label_names import split_of, word
from rune.datasets.layouts.containers.files import DataFiles
from rune.datasets.layouts.containers.json_files import json_in, json_of, objects_of, text_of
from rune.datasets.layouts.formats.folders import read_recording
from rune.datasets.layouts.layout import Item, Layout, Omission

_NAME = "croissant.json"
_NAMES = (_NAME, "metadata.json")
_PATHS = ("file", "file_name", "filename", "path", "content", "audio", "image", "recording")
_LABELS = ("label", "labels", "class", "category", "target")
_GROUPS = ("group", "speaker", "person", "subject", "speaker_id")
_MEDIA = ("AudioObject", "ImageObject")


def find_croissant(archive: DataFiles) -> Layout | None:
    """Returns the recordings that Croissant metadata names. Raises `BadContent` for metadata that cannot be read."""
    for name in archive.names:
        if name.rpartition("/")[2] in _NAMES and name.count("/") <= 1:
            is_named_so = name.rpartition("/")[2] == _NAME
            # A file called metadata.json may be of any tool.
            metadata = json_of(archive.read(name), name) if is_named_so else json_in(archive, name)
            if isinstance(metadata, dict) and "croissant" in text_of(metadata.get("conformsTo")).lower():
                return _layout(archive, metadata, name)
    return None


def _layout(archive: DataFiles, metadata: dict[str, Any], name: str) -> Layout:
    folder = name.rpartition("/")[0]
    items: list[Item] = []
    omissions: list[Omission] = []
    for record_set in objects_of(metadata.get("recordSet")):
        for record in _records(archive, metadata, record_set, folder):
            path = _first(record, _PATHS)
            whole = _within(folder, path)
            if not path:
                continue
            if whole not in archive:
                omissions.append(Omission(whole, "The archive does not have this file, which its metadata names."))
                continue
            label, group = word(_first(record, _LABELS)), word(_first(record, _GROUPS))
            items.append(Item(whole, label, group, split_of(record.get("split", "")), word(record.get("device", ""))))
    if not items and not omissions:
        raise BadContent("The Croissant metadata has no records that name a file of the archive.")
    addresses = [text_of(each.get("contentUrl")) for each in objects_of(metadata.get("distribution"))]
    tables = [_within(folder, address) for address in addresses if address.lower().endswith(".csv")]
    return Layout("Croissant", items, omissions, read_recording, [name, *tables])


def _records(
    archive: DataFiles, metadata: dict[str, Any], record_set: dict[str, Any], folder: str
) -> Iterable[Mapping[str, str]]:
    """Yields the records of a set by the short names of their fields."""
    if isinstance(record_set.get("data"), list):
        for row in objects_of(record_set["data"]):
            yield {_short(key): _plain(value) for key, value in row.items()}
        return
    columns: dict[str, str] = {}
    source = ""
    for field in objects_of(record_set.get("field")):
        origin = field.get("source")
        extract = origin.get("extract") if isinstance(origin, dict) else None
        column = text_of(extract.get("column")) if isinstance(extract, dict) else ""
        if column and isinstance(origin, dict):
            is_media = any(kind in str(field.get("dataType")) for kind in _MEDIA)
            columns["file" if is_media else _short(_id(field))] = column
            source = source or _id(origin.get("fileObject"))
    name = _within(folder, _content_url(metadata, source))
    if columns and name in archive:
        for record in records_of(archive.read(name)):
            yield {key: record.get(column, "") for key, column in columns.items()}


def _content_url(metadata: dict[str, Any], identifier: str) -> str:
    files = objects_of(metadata.get("distribution"))
    return next((text_of(each.get("contentUrl")) for each in files if identifier and _id(each) == identifier), "")


def _within(folder: str, path: str) -> str:
    return f"{folder}/{path}" if folder else path


def _id(value: Any) -> str:
    return text_of(value.get("@id") or value.get("name")) if isinstance(value, dict) else ""


def _short(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[2]


def _plain(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _first(record: Mapping[str, str], names: Iterable[str]) -> str:
    return next((record[name] for name in names if record.get(name)), "")
