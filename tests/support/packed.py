"""Small test files by name, packed into one zip: hundreds of them would hide the sources beside them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo


@cache
def read_packed(path: Path) -> Mapping[str, bytes]:
    """The files of a pack, sorted by name; empty where there is no pack yet. Each process unpacks it once."""
    if not path.exists():
        return MappingProxyType({})
    with ZipFile(path) as pack:
        return MappingProxyType({name: pack.read(name) for name in sorted(pack.namelist())})


def write_packed(path: Path, files: Mapping[str, bytes]) -> None:
    """Writes a pack anew. The same files give the same bytes: entries have no time and one order."""
    with ZipFile(path, "w") as pack:
        for name, data in sorted(files.items()):
            entry = ZipInfo(name)
            entry.compress_type = ZIP_DEFLATED
            pack.writestr(entry, data)
