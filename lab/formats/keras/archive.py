"""Reads a `.keras` file: a ZIP archive of a configuration, metadata and weights. Nothing else may be in it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.formats.keras.hdf5 import TOTAL_LIMIT
from lab.formats.keras.plain import CONFIG_LIMIT
from lab.refusal import Reason, Refused
from rune.unreadable import ZIP_DAMAGE, is_folder, reason_of
from rune.wording import quoted, size_text

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
LIMITS = {CONFIG: CONFIG_LIMIT, METADATA: 1 << 16, WEIGHTS: TOTAL_LIMIT + (64 << 20)}
"""The entries that an archive has, with the bytes that each may unpack to. Optimisers store several times the weights,
in the same file; they are left out of what is read."""
MOST_ENTRIES = 64
PICKLES = (".pkl", ".pickle", ".joblib", ".npy", ".npz", ".pt", ".pth")


def read_archive(path: Path) -> dict[str, bytes]:
    """The entries of a `.keras` file by their name. Raises `Refused`."""
    with _open(path) as archive:
        entries = archive.infolist()
        _check_names(entries)
        names = {entry.filename for entry in entries}
        for name in (CONFIG, WEIGHTS):
            if name not in names:
                raise Refused(Reason.BROKEN, f"The .keras file has no {name}.")
        return {entry.filename: _read(archive, entry) for entry in entries if not is_folder(entry)}


@contextmanager
def _open(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except ZIP_DAMAGE as error:
        raise Refused(Reason.BROKEN, f"The .keras file cannot be read: {reason_of(error)}.") from error


def _check_names(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise Refused(
            Reason.TOO_LARGE, f"The .keras file has {len(entries):,} entries; at most {MOST_ENTRIES} are read."
        )
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names):
        raise Refused(Reason.BROKEN, "The .keras file has two entries of one name.")
    for entry in entries:
        if entry.filename.lower().endswith(PICKLES):
            raise Refused(
                Reason.PICKLE,
                f"The .keras file holds {quoted(entry.filename)}, which may run Python when it is "
                "loaded. Save the model anew with model.save.",
            )
        if entry.filename not in LIMITS and not is_folder(entry):
            raise Refused(
                Reason.BROKEN,
                f"The .keras file holds {quoted(entry.filename)}, which no layer that is converted reads.",
            )


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The bytes of an entry, never more than its limit, whatever the archive says of them."""
    limit = LIMITS[entry.filename]
    buffer = io.BytesIO()
    if entry.file_size <= limit:
        with archive.open(entry) as file:
            while chunk := file.read(min(1 << 20, limit + 1 - buffer.tell())):
                buffer.write(chunk)
    if entry.file_size > limit or buffer.tell() > limit:
        raise Refused(Reason.TOO_LARGE, f"{quoted(entry.filename)} unpacks to more than {size_text(limit)}.")
    return buffer.getvalue()
