"""Packs the folder of a SavedModel into an archive, and unpacks one: known files alone, within limits."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Final

from lab.refusal import Reason, Refused
from rune.unreadable import ZIP_DAMAGE, is_folder, reason_of
from rune.wording import quoted, size_text

GRAPH: Final = "saved_model.pb"
_VARIABLES = re.compile(r"variables/variables\.(index|data-\d{5}-of-\d{5})")
_NOT_NEEDED = ("fingerprint.pb", "keras_metadata.pb")
TOTAL_LIMIT: Final = 512 << 20
"""Bytes of all files."""
MOST_ENTRIES: Final = 64


def pack_folder(folder: Path, target: Path) -> None:
    """Packs the files of a SavedModel. Raises `Refused` and `OSError`."""
    paths = sorted(path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
    for path in paths[: MOST_ENTRIES + 1]:
        if path.is_symlink() or not path.is_file():
            raise Refused(Reason.LEADS_OUTSIDE, f"{quoted(path.relative_to(folder).as_posix())} is not a plain file.")
    _check([(path.relative_to(folder).as_posix(), path.stat().st_size) for path in paths[: MOST_ENTRIES + 1]])
    with zipfile.ZipFile(target, "w") as archive:
        for path in paths:
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix())  # without its time
            archive.writestr(entry, path.read_bytes())


def unpack(archive: Path, folder: Path) -> Path:
    """Writes the graph and the weights of an archive into a folder; that folder. Raises `Refused`."""
    try:
        with zipfile.ZipFile(archive) as zip_file:
            entries = [entry for entry in zip_file.infolist() if not is_folder(entry)]
            graphs = [entry.filename for entry in entries if entry.filename.rpartition("/")[2] == GRAPH]
            if len(graphs) != 1:
                raise Refused(Reason.BROKEN, f"The archive holds {len(graphs)} SavedModels, and not one.")
            top = graphs[0].removesuffix(GRAPH)
            outside = [entry.filename for entry in entries if not entry.filename.startswith(top)]
            if outside:
                raise Refused(Reason.BROKEN, f"The archive holds {quoted(outside[0])} beside the SavedModel.")
            _check([(entry.filename.removeprefix(top), entry.file_size) for entry in entries])
            (folder / "variables").mkdir(parents=True)
            for entry in entries:
                name = entry.filename.removeprefix(top)
                if name not in _NOT_NEEDED:
                    _write(zip_file, entry, folder / name)
    except ZIP_DAMAGE as error:
        raise Refused(Reason.BROKEN, f"The archive cannot be read: {reason_of(error)}.") from error
    return folder


def _check(files: list[tuple[str, int]]) -> None:
    """The files are those of a SavedModel, each once, within limits. Raises `Refused`."""
    if len(files) > MOST_ENTRIES:
        raise Refused(Reason.TOO_LARGE, f"The SavedModel has more than {MOST_ENTRIES} files.")
    names = [name for name, _ in files]
    if len(set(names)) < len(names):
        raise Refused(Reason.BROKEN, "The archive has two entries of one name.")
    for name in names:
        if name.startswith(("assets/", "assets.extra/")):
            raise Refused(
                Reason.UNKNOWN_LAYER,
                f"The SavedModel holds {quoted(name)}: its operators read files, which is not converted.",
            )
        if name != GRAPH and name not in _NOT_NEEDED and not _VARIABLES.fullmatch(name):
            raise Refused(Reason.BROKEN, f"The SavedModel holds {quoted(name)}, which is not part of one.")
    if sum(size for _, size in files) > TOTAL_LIMIT:
        raise Refused(Reason.TOO_LARGE, f"The SavedModel unpacks to more than {size_text(TOTAL_LIMIT)}.")


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path) -> None:
    """Writes an entry, never more than it claimed to be."""
    bytes_left = entry.file_size
    with archive.open(entry) as source, path.open("xb") as target:
        while chunk := source.read(min(1 << 20, bytes_left + 1)):
            bytes_left -= len(chunk)
            if bytes_left < 0:
                raise Refused(Reason.TOO_LARGE, f"{quoted(entry.filename)} unpacks to more than it claims.")
            target.write(chunk)
