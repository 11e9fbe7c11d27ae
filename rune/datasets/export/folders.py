"""Folders: one a label below one a split, and those of Hugging Face with a table in the folder of each split."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable

from rune.datasets.export.layout import (
    ExportedSample,
    ExportLayout,
    VersionOrigin,
    file_name,
    no_lists,
    require_folder_names,
)

_COLUMNS = ("file_name", "label", "group")


def _hugging_face_lists(origin: VersionOrigin, samples: Collection[ExportedSample]) -> Iterable[tuple[str, bytes]]:  # noqa: ARG001
    for split in sorted({sample.split for sample in samples}):
        rows = [(file_name(each), each.label, each.group) for each in samples if each.split == split]
        yield f"{split}/metadata.csv", table_bytes(_COLUMNS, rows)


def table_bytes(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    """Returns a CSV file in UTF-8."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return target.getvalue().encode("utf-8")


FOLDERS = ExportLayout(
    "folders",
    "Folders by label",
    lambda sample: f"{sample.split}/{sample.label}/{file_name(sample)}",
    no_lists,
    refuse=require_folder_names,
)
HUGGING_FACE = ExportLayout(
    "hugging-face", "Hugging Face", lambda sample: f"{sample.split}/{file_name(sample)}", _hugging_face_lists
)
