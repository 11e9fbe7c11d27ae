"""Where a project's published blocks lie while it is read: among its files, below a folder that nobody lists.

They are named by their digests, and compared with them when they are read. So it does not matter who put them there:
the command from its cache, the server from its store, or a person who keeps them beside the Runefile.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rune.blocks.shared_path import SharedName, is_block_version, parse_shared_name, version_key
from rune.digests import digest_of, is_digest
from rune.project.files import FileError, MemoryFiles, ProjectFiles, normal_path

FOLDER = ".rune/blocks"
SHELF = f"{FOLDER}/shelf.json"
"""Says which blocks a project can use, as far as its reader knows."""
_SHELF_LIMIT = 1024 * 1024


class NotThese(Exception):
    """Bytes that are not those of their digest."""


@dataclass(frozen=True)
class ShelfVersion:
    """A version of a block that a project can use. `deprecation` says why another should be taken, and `successor`
    which, as a path; else they are empty."""

    version: str
    digest: str
    deprecation: str = ""
    successor: str = ""

    @property
    def advice(self) -> str:
        """The reason to take another version, and which; empty where nobody advises against it."""
        instead = f" Take `{self.successor}` instead." if self.deprecation and self.successor else ""
        return f"{self.deprecation}{instead}"


Shelf = Mapping[SharedName, tuple[ShelfVersion, ...]]
"""The blocks that a project can use, each with its versions, the newest first."""


def mounted_path(digest: str) -> str:
    """Returns where the bytes of a digest lie among a project's files."""
    return f"{FOLDER}/{digest.replace(':', '/')}"


def is_mounted(path: str) -> bool:
    """Returns whether a path is among what lies there, and no file of the project's own."""
    return path.startswith(f"{FOLDER}/")


def read_mounted(files: ProjectFiles, digest: str) -> bytes | None:
    """The bytes of a digest; None where they are not there. Raises `NotThese` where other bytes are."""
    try:
        data = files.read(mounted_path(digest))
    except FileError:
        return None
    if digest_of(data) != digest:
        raise NotThese(digest)
    return data


def shelf_text(shelf: Shelf) -> str:
    """A shelf as the text of its file."""
    value = {str(name): [asdict(each) for each in versions] for name, versions in sorted(shelf.items())}
    return json.dumps(value, ensure_ascii=False)


def read_shelf(files: ProjectFiles) -> Shelf:
    """The blocks that a project can use; none where that is not known. What cannot be understood is left out."""
    try:
        data = files.read(SHELF)
        value = json.loads(data) if len(data) <= _SHELF_LIMIT else {}
    except (FileError, ValueError, RecursionError):
        return {}
    if not isinstance(value, dict):
        return {}
    entries = ((parse_shared_name(name), versions) for name, versions in value.items())
    return {name: _versions(versions) for name, versions in entries if name is not None and isinstance(versions, list)}


class MountedFiles:
    """A project's files with more below the folder, which are read and not listed."""

    def __init__(self, files: ProjectFiles, mounted_files: Mapping[str, bytes]) -> None:
        """`mounted_files` are bytes by their paths."""
        self._files = files
        self._mounted_files = MemoryFiles(mounted_files)
        self._there = frozenset(self._mounted_files.paths())

    def read(self, path: str) -> bytes:
        return (self._mounted_files if normal_path(path) in self._there else self._files).read(path)

    def paths(self) -> tuple[str, ...]:
        return self._files.paths()


def _versions(values: list[Any]) -> tuple[ShelfVersion, ...]:
    versions = [each for each in map(_version, values) if each is not None]
    return tuple(sorted(versions, key=lambda each: version_key(each.version), reverse=True))


def _version(value: Any) -> ShelfVersion | None:
    if not isinstance(value, dict):
        return None
    version, digest = value.get("version"), value.get("digest")
    deprecation, successor = value.get("deprecation", ""), value.get("successor", "")
    if not isinstance(version, str) or not isinstance(digest, str):
        return None
    if not isinstance(deprecation, str) or not isinstance(successor, str):
        return None
    return (
        ShelfVersion(version, digest, deprecation, successor)
        if is_block_version(version) and is_digest(digest)
        else None
    )
