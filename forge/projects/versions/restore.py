"""Edits a live document until its files are those of a version, by the smallest edits.

No file is made anew when the document still has it, deleted or under another name: its text goes on, so that what
others type in it at this moment is not lost. What came later is deleted as a value, and can be brought back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pycrdt import Doc, Map, Text

from forge.projects.files import document
from forge.projects.files.document import BINARY, TEXT, FileEntry, entries, files_map
from forge.projects.models import Version
from forge.projects.versions.store import available_files, stored_text


@dataclass(frozen=True)
class FileToRestore:
    """A file as it was: its bytes' digest and size, its text where it was one, and its id where that is known."""

    path: str
    digest: str
    size: int
    text: str | None
    file_id: str | None


def files_to_restore(version: Version, paths: Collection[str] | None = None) -> tuple[FileToRestore, ...]:
    """The files of a version, or those of them that are in `paths`, with the texts read."""
    files = []
    for path, file in sorted(available_files(version).items()):
        if paths is not None and path not in paths:
            continue
        digest, size = file["digest"], file["size"]
        file_id = version.file_ids.get(path)
        files.append(FileToRestore(path, digest, size, stored_text(path, digest, size), file_id))
    return tuple(files)


def still_available(version: Version, read: Collection[FileToRestore]) -> tuple[FileToRestore, ...]:
    """Returns the files that may still be given: a recording may have been withdrawn since they were read."""
    available = available_files(version)
    return tuple(file for file in read if file.path in available)


def restore(doc: Doc[Any], files: Collection[FileToRestore], paths: Collection[str] | None = None) -> tuple[str, ...]:
    """Edits a document until its files are the wanted ones; answers the paths that changed, sorted.

    With `paths`, files under other paths are left alone.
    """
    living = {entry.id: entry for entry in entries(doc)}
    places = _places(doc, living, files, paths)
    changed: set[str] = set()
    used_ids = {file_id for file_id in places.values() if file_id is not None}
    for entry in living.values():
        if entry.id not in used_ids and (paths is None or entry.path in paths):
            document.set_deleted(doc, entry)
            changed.add(entry.path)
    for file in files:
        file_id = places[file.path]
        if file_id is None:
            _add(doc, file)
            changed.add(file.path)
        elif _restore_file(doc, file_id, file, living.get(file_id)):
            changed.add(file.path)
    return tuple(sorted(changed))


def _places(
    doc: Doc[Any],
    living: Mapping[str, FileEntry],
    files: Collection[FileToRestore],
    paths: Collection[str] | None,
) -> dict[str, str | None]:
    """Returns which file of the document each wanted one is: the same by its id, or one of its path, living or deleted.

    Where only `paths` are restored, the path goes first, and no file is taken away from a name outside of them: one
    that would be deleted there is renamed.
    """
    by_path = {entry.path: entry.id for entry in living.values()}
    there: set[str] = set()
    deleted_ids: dict[str, str] = {}
    for key, value in files_map(doc).items():
        if isinstance(value, Map):
            there.add(key)
            path = value.get("path")
            if key not in living and isinstance(path, str):
                deleted_ids.setdefault(path, key)
    same = {file.path: file.file_id for file in files if file.file_id in there}
    ending = {entry.id for entry in living.values() if paths is not None and entry.path in paths}
    ending -= {by_path[file.path] for file in files if file.path in by_path}
    rest = {path: key for path, key in same.items() if key not in living or key in ending}
    places: dict[str, str | None] = dict.fromkeys(file.path for file in files)
    used_ids: set[str] = set()
    for source in (same, by_path, deleted_ids) if paths is None else (by_path, rest, deleted_ids):
        for file in files:
            file_id = source.get(file.path)
            if file_id is not None and places[file.path] is None and file_id not in used_ids:
                places[file.path] = file_id
                used_ids.add(file_id)
    return places


def _add(doc: Doc[Any], file: FileToRestore) -> None:
    if file.text is not None:
        document.add_text(doc, file.path, file.text)
    else:
        document.add_binary(doc, file.path, file.digest, file.size)


def _restore_file(doc: Doc[Any], file_id: str, file: FileToRestore, entry: FileEntry | None) -> bool:
    """Makes a file of the document the wanted one. Answers whether anything had to be edited."""
    value = files_map(doc)[file_id]
    is_changed = False
    if value.get("deleted") is True:
        del value["deleted"]
        is_changed = True
    if "gone" in value:
        # Its bytes are gone for good; what it is made again has others.
        del value["gone"]
    # A living file may be shown under a path with a number, when another has its path: what is written counts.
    if value.get("path") != file.path:
        value["path"] = file.path
        is_changed = True
    text = value.get("text")
    if file.text is not None:
        current = str(text) if isinstance(text, Text) else None
        if value.get("kind") != TEXT or current != file.text:
            kind = TEXT if value.get("kind") == TEXT else BINARY
            document.set_text(doc, FileEntry(file_id, file.path, kind), file.text)
            is_changed = True
    elif value.get("kind") != BINARY or value.get("digest") != file.digest or value.get("size") != file.size:
        kind = BINARY if value.get("kind") == BINARY else TEXT
        document.set_binary(doc, FileEntry(file_id, file.path, kind), file.digest, file.size)
        is_changed = True
    return is_changed
