"""The names of a model's classes: files that stand in a zip archive behind the model, in the same file.

One that cannot be read names nothing, and refuses no model.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import replace
from typing import Final

from rune.model.tflite.model import Notes, TensorNotes

_LARGEST: Final = 1 << 18
"""Bytes of a list of labels; those of 21,000 classes have about as many."""
_MOST_FILES: Final = 64
_COMPRESSIONS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ARCHIVE_ENDS: Final = b"PK\x05\x06"
_LONGEST_END: Final = (1 << 16) + 22
"""Bytes from the last record of an archive to the end of the file, at most."""
_LONGEST_LIST: Final = 1 << 14
"""Bytes of the archive's list of files."""


def with_labels(notes: Notes, model: memoryview) -> Notes:
    """The notes with the labels of the outputs, as far as the model's file has them."""
    if not any(each.labels_file for each in notes.outputs):
        return notes
    archive = _archive(model)
    if archive is None:
        return notes
    return replace(notes, outputs=tuple(replace(each, labels=_labels(archive, each)) for each in notes.outputs))


def _archive(model: memoryview) -> zipfile.ZipFile | None:
    """The archive at the end of a file. Its list of files is looked at only where it is short."""
    tail = bytes(model[-_LONGEST_END:])
    at = tail.rfind(_ARCHIVE_ENDS)
    if at < 0 or len(tail) - at < 22 or int.from_bytes(tail[at + 12 : at + 16], "little") > _LONGEST_LIST:
        return None
    try:
        archive = zipfile.ZipFile(io.BytesIO(model))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return None
    return archive if len(archive.infolist()) <= _MOST_FILES else None


def _labels(archive: zipfile.ZipFile, notes: TensorNotes) -> tuple[str, ...]:
    if not notes.labels_file:
        return ()
    try:
        if archive.getinfo(notes.labels_file).compress_type not in _COMPRESSIONS:
            return ()
        with archive.open(notes.labels_file) as file:
            data = file.read(_LARGEST + 1)
        text = data.decode("utf-8-sig")
    except (KeyError, ValueError, RuntimeError, NotImplementedError, OSError, EOFError, zipfile.BadZipFile, zlib.error):
        return ()
    if not text or len(data) > _LARGEST:
        return ()
    return tuple(line.strip() for line in text.removesuffix("\n").split("\n"))
