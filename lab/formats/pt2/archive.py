"""Reads the archive of a program: its graph, the tables of its arrays, and the arrays. The pickled example inputs are
left out unread; any other pickle refuses the file."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lab.formats.keras.plain import CONFIG_LIMIT
from lab.refusal import Reason, Refused
from rune.unreadable import ZIP_DAMAGE, is_folder, reason_of
from rune.wording import plain, quoted, size_text

TOTAL_LIMIT: Final = 512 << 20
"""Bytes of all arrays."""
MOST_ENTRIES: Final = 20_000
MARK: Final = "archive_format"
"""The entry that every archive of this kind has."""
WEIGHTS, CONSTANTS = "data/weights/", "data/constants/"
_MODELS, _SAMPLES, _COMPILED_MODELS, _EXTRA = "models/", "data/sample_inputs/", "data/aotinductor/", "extra/"
_MARKS = (MARK, "archive_version", "byteorder", "version", ".data/version", ".data/serialization_id")
_TABLE = {WEIGHTS: "_weights_config.json", CONSTANTS: "_constants_config.json"}
_ARRAYS = {WEIGHTS: "weight_", CONSTANTS: "tensor_"}
_OBJECTS = ("custom_obj_", "opaque_obj_")
PICKLES = (".pkl", ".pickle", ".joblib", ".npy", ".npz", ".pt", ".pth")
AGAIN: Final = (
    "Save the program anew with torch.export.save of a newer PyTorch (2.13 is tried), or export the module as ONNX."
)


@dataclass(frozen=True)
class ProgramArchive:
    """The parts of an archive that are read. `arrays` has the bytes by folder and name."""

    graph: bytes
    tables: Mapping[str, bytes]
    arrays: Mapping[str, bytes]


def read_archive(path: Path) -> ProgramArchive:
    """The parts of an archive. Raises `Refused`."""
    with _open(path) as archive:
        entries = _entries(archive)
        graph = _single([name for name in entries if name.startswith(_MODELS)])
        model = graph.removeprefix(_MODELS).removesuffix(".json")
        tables = {}
        for folder, end in _TABLE.items():
            name = f"{folder}{model}{end}"
            if name not in entries:
                raise Refused(Reason.BROKEN, f"The program has no {quoted(name)}. {AGAIN}")
            tables[folder] = _read(archive, entries[name], CONFIG_LIMIT)
        arrays = {name: entry for name, entry in entries.items() if _is_array(name)}
        if sum(entry.file_size for entry in arrays.values()) > TOTAL_LIMIT:
            raise Refused(Reason.TOO_LARGE, f"The program's arrays have more than {size_text(TOTAL_LIMIT)}.")
        for name in set(entries) - {graph, *arrays, *_MARKS}:
            _check_left_out(name, model)
        if "byteorder" in entries and _read(archive, entries["byteorder"], 16) != b"little":
            raise Refused(Reason.NOT_CONVERTED, "The program's arrays are not little-endian, which is not converted.")
        return ProgramArchive(
            _read(archive, entries[graph], CONFIG_LIMIT),
            tables,
            {name: _read(archive, entry, TOTAL_LIMIT) for name, entry in arrays.items()},
        )


@contextmanager
def _open(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except ZIP_DAMAGE as error:
        raise Refused(Reason.BROKEN, f"The .pt2 file cannot be read: {reason_of(error)}.") from error


def _entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The entries by their name below the one folder of the archive. Raises `Refused`."""
    entries = [entry for entry in archive.infolist() if not is_folder(entry)]
    if len(entries) > MOST_ENTRIES:
        raise Refused(
            Reason.TOO_LARGE, f"The .pt2 file has {len(entries):,} entries; at most {MOST_ENTRIES:,} are read."
        )
    marks = [entry.filename for entry in entries if entry.filename.rpartition("/")[2] == MARK]
    if len(marks) != 1:
        raise Refused(Reason.BROKEN, f"The .pt2 file holds {len(marks)} programs, and not one.")
    top = marks[0].removesuffix(MARK)
    by_name: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        name = entry.filename.removeprefix(top)
        if not entry.filename.startswith(top) or name in by_name:
            raise Refused(Reason.BROKEN, f"The .pt2 file has {quoted(entry.filename)} twice, or beside the program.")
        by_name[name] = entry
    return by_name


def _single(graphs: list[str]) -> str:
    if len(graphs) != 1 or not graphs[0].endswith(".json"):
        raise Refused(Reason.BROKEN, f"The .pt2 file holds {len(graphs)} graphs, and not one. {AGAIN}")
    return graphs[0]


def _is_array(name: str) -> bool:
    return any(name.startswith(folder + start) for folder, start in _ARRAYS.items())


def _check_left_out(name: str, model: str) -> None:
    """Raises `Refused` unless an entry is one that no conversion needs."""
    if name in {folder + model + end for folder, end in _TABLE.items()} | {f"{_SAMPLES}{model}.pt"}:
        return
    last = name.rpartition("/")[2]
    if name.lower().endswith(PICKLES) or last.startswith(_OBJECTS):
        raise Refused(
            Reason.PICKLE,
            f"The .pt2 file holds {quoted(name)}, a pickle, which runs Python when it is loaded. It was not opened. "
            f"{AGAIN}",
        )
    if name.startswith(_COMPILED_MODELS):
        raise Refused(
            Reason.CUSTOM_OBJECT,
            f"The .pt2 file holds compiled code ({plain(last)}), which is not run. Save the program with "
            "torch.export.save.",
        )
    if not name.startswith(_EXTRA):
        raise Refused(Reason.BROKEN, f"The .pt2 file holds {quoted(name)}, which is not part of a program.")


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """The bytes of an entry, never more than it claims or its limit."""
    if entry.file_size > limit:
        raise Refused(Reason.TOO_LARGE, f"{quoted(entry.filename)} unpacks to more than {size_text(limit)}.")
    with archive.open(entry) as file:
        data = file.read(entry.file_size + 1)
    if len(data) != entry.file_size:
        raise Refused(Reason.BROKEN, f"{quoted(entry.filename)} does not unpack to what it claims.")
    return data
