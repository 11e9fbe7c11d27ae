"""The folder that `rune data pull` writes: a folder a label, and a list of all samples that says the rest."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

from rune.datasets.content.content import BadContent
from rune.datasets.export.layout import ExportedSample, ExportLayout, VersionOrigin, file_name, is_folder_name
from rune.datasets.positions import Positions, positions_to_json, read_positions

LIST = "data-set.json"
FORMAT = "hammer-forge-data-folder/1"
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


@dataclass(frozen=True)
class DataFolderRow:
    """A sample as the list has it."""

    file: str
    """Below the folder of the list, with slashes."""
    number: int
    digest: str
    label: str
    split: str
    group: str
    positions: Positions | None = None
    """The places of objects in a picture; None where nobody marked it."""


def _path(sample: ExportedSample) -> str:
    return f"{folder_names([sample.label])[sample.label]}/{file_name(sample)}"


def folder_names(labels: Collection[str]) -> Mapping[str, str]:
    """Returns the name of the folder for each label: its own where a folder can be called so, and no other folder of
    these labels is at the same place."""
    own = {label: (label, _escaped(label)) for label in labels}
    counts = Counter(place_of(name) for names in own.values() for name in names)
    return {
        label: label if is_folder_name(label) and counts[place_of(label)] == 1 else escaped_label
        for label, (_, escaped_label) in own.items()
    }


def place_of(name: str) -> str:
    """Returns what is the same for all names that mean one place on some disk: there are disks that ignore case, and
    disks that change how accents are written."""
    return normalize("NFC", name).casefold()


def _escaped(label: str) -> str:
    return "label-" + "".join(each if each in _PLAIN else f"-{ord(each):x}-" for each in label)


def _lists(origin: VersionOrigin, samples: Collection[ExportedSample]) -> Iterable[tuple[str, bytes]]:
    rows = (
        DataFolderRow(_path(each), each.number, each.digest, each.label, each.split, each.group, each.positions)
        for each in sorted(samples, key=lambda each: each.number)
    )
    yield LIST, list_bytes(origin, rows)


def list_bytes(origin: VersionOrigin, rows: Iterable[DataFolderRow]) -> bytes:
    """Returns the list of a folder, with a line a sample. Beside it, one sample is in memory at a time."""
    head = {"format": FORMAT, "project": origin.project, "version": origin.version, "digest": origin.digest}
    buffer = io.BytesIO()
    buffer.write(f'{json.dumps(head, ensure_ascii=False)[:-1]}, "samples": ['.encode())
    for index, row in enumerate(rows):
        buffer.write(f"{',' if index else ''}\n{json.dumps(_row(row), ensure_ascii=False)}".encode())
    buffer.write(b"\n]}\n")
    return buffer.getvalue()


def _row(sample: DataFolderRow) -> dict[str, Any]:
    """A sample as JSON. One without positions is as it was before there were any."""
    row = dict(vars(sample))
    if sample.positions is None:
        del row["positions"]
    else:
        row["positions"] = positions_to_json(sample.positions)
    return row


def read_list(value: Any) -> tuple[VersionOrigin, list[DataFolderRow]] | None:
    """Returns what a list says, or None if the JSON value is not one in this format."""
    if not isinstance(value, dict) or value.get("format") != FORMAT or not isinstance(value.get("samples"), list):
        return None
    head = (value.get("project"), value.get("version"), value.get("digest"))
    if not (isinstance(head[0], str) and type(head[1]) is int and isinstance(head[2], str)):
        return None
    rows = [_read_row(row) for row in value["samples"]]
    if any(row is None for row in rows):
        return None
    return VersionOrigin(head[0], head[1], head[2]), [row for row in rows if row is not None]


def _read_row(row: Any) -> DataFolderRow | None:
    if not isinstance(row, dict) or type(row.get("number")) is not int:
        return None
    texts = [row.get(name) for name in ("file", "digest", "label", "split", "group")]
    if not all(isinstance(text, str) for text in texts):
        return None
    try:
        positions = read_positions(row.get("positions"))
    except BadContent:
        return None
    return DataFolderRow(row["file"], row["number"], row["digest"], row["label"], row["split"], row["group"], positions)


DATA_FOLDER = ExportLayout("data-folder", "Data folder", _path, _lists)
