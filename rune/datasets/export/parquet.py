"""Parquet: a table for each series of motion, a row a moment, with the label, the split and the group in columns."""

from __future__ import annotations

import io
from collections.abc import Collection

from rune.datasets.content.content import BadContent, Kind
from rune.datasets.export.layout import ExportedSample, ExportLayout, no_lists

_AXES = ("x", "y", "z")


class _WrittenFile(io.BytesIO):
    """A file in memory whose bytes stay when the library closes it."""

    def close(self) -> None:
        """Keeps the bytes."""


def _content(sample: ExportedSample, data: bytes) -> bytes:
    import fastparquet
    import pandas  # type: ignore[import-untyped]  # it has no types of its own

    rows = [[float(text) for text in line.split(",")] for line in data.decode("ascii").splitlines()]
    frame = pandas.DataFrame(rows, columns=_AXES)
    words = {"series": sample.number, "label": sample.label, "split": sample.split, "group": sample.group}
    for place, (name, value) in enumerate(words.items()):
        frame.insert(place, name, value)
    file = _WrittenFile()
    fastparquet.write("series", frame, compression="ZSTD", open_with=lambda *_: file, write_index=False)
    return file.getvalue()


def _refuse(samples: Collection[ExportedSample]) -> None:
    if any(sample.kind is not Kind.MOTION for sample in samples):
        raise BadContent("Parquet has series of motion. Choose another layout for other samples.")


PARQUET = ExportLayout(
    "parquet", "Parquet", lambda sample: f"{sample.split}/{sample.number:06d}.parquet", no_lists, _content, _refuse
)
