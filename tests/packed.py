"""Small test files by name, packed into one zip: hundreds of them would hide the sources beside them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo


def read_packed(path: Path) -> dict[str, bytes]:
    """The files of a pack, sorted by name; empty where there is no pack yet."""
    if not path.exists():
        return {}
    with ZipFile(path) as pack:
        return {name: pack.read(name) for name in sorted(pack.namelist())}


def write_packed(path: Path, files: Mapping[str, bytes]) -> None:
    """Writes a pack anew. The same files give the same bytes: entries have no time and one order."""
    with ZipFile(path, "w") as pack:
        for name, data in sorted(files.items()):
            entry = ZipInfo(name)
            entry.compress_type = ZIP_DEFLATED
            pack.writestr(entry, data)
