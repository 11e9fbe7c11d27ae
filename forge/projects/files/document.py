"""A project's live document, as Yjs holds it: what is in it, and the edits that the server makes to it.

Its map `files` goes from a file's id to `path`, `kind`, and either `text` or `digest` and `size`; a deleted file has
`deleted: true` and stays in the map; one whose bytes are gone for good has `gone` as well, which says why. Nothing here
is stored: `documents` does that.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from pycrdt import Doc, Map, Text

from rune.digests import digest_of
from rune.line_edits import changed_lines
from rune.project.files import FileError, normal_path

TEXT = "text"
BINARY = "binary"
MAXIMUM_PATH = 200
"""Characters of a path."""

_LARGEST_SIZE = 2**53
"""Bytes that a binary file may be said to have."""


@dataclass(frozen=True)
class FileEntry:
    """A file of the document. `text` of a text file, `digest` and `size` of a binary one.

    `path` is the one under which it is shown and built: when two files have one path, both are kept, and the later
    by id is shown with a number behind its name.
    """

    id: str
    path: str
    kind: str
    text: str | None = None
    digest: str | None = None
    size: int = 0

    @property
    def content_digest(self) -> str:
        """The digest of the file's bytes, as `sha256:..`; empty for an entry that says nothing."""
        if self.text is None:
            return self.digest or ""
        return digest_of(self.text.encode("utf-8"))


def files_map(doc: Doc[Any]) -> Map[Any]:
    """The root map of files."""
    files: Map[Any] = doc.get("files", type=Map)
    return files


def entries(doc: Doc[Any]) -> tuple[FileEntry, ...]:
    """The living files, sorted by path. What a client wrote in another shape than ours is left out."""
    living = [entry for key, value in files_map(doc).items() if (entry := _entry(key, value)) is not None]
    return tuple(sorted(_with_unique_paths(living), key=lambda entry: entry.path))


def find_entry(doc: Doc[Any], path: str) -> FileEntry | None:
    """The living file that is shown under a path."""
    return next((entry for entry in entries(doc) if entry.path == path), None)


def _entry(key: str, value: Any) -> FileEntry | None:
    if not isinstance(value, Map) or value.get("deleted") is True or "gone" in value:
        return None
    path, kind = value.get("path"), value.get("kind")
    if not isinstance(path, str) or not 0 < len(path) <= MAXIMUM_PATH:
        return None
    try:
        path = normal_path(path)
    except FileError:
        return None
    text = value.get("text")
    if kind == TEXT and isinstance(text, Text):
        content = str(text)
        return FileEntry(key, path, TEXT, text=content, size=len(content.encode("utf-8")))
    digest, size = value.get("digest"), value.get("size")
    # A client can write any value, also one that is not a number.
    if kind == BINARY and isinstance(digest, str) and isinstance(size, int | float) and 0 <= size <= _LARGEST_SIZE:
        return FileEntry(key, path, BINARY, digest=digest, size=int(size))
    return None


def _with_unique_paths(files: Iterable[FileEntry]) -> Iterator[FileEntry]:
    used_paths: set[str] = set()
    next_numbers: dict[str, int] = {}
    for entry in sorted(files, key=lambda entry: entry.id):
        path, number = entry.path, next_numbers.get(entry.path, 2)
        while path in used_paths:
            path = _numbered_path(entry.path, number)
            number += 1
        next_numbers[entry.path] = number
        used_paths.add(path)
        yield replace(entry, path=path)


def _numbered_path(path: str, number: int) -> str:
    folder, slash, name = path.rpartition("/")
    stem, dot, extension = name.rpartition(".")
    return f"{folder}{slash}{stem} ({number}){dot}{extension}" if stem else f"{path} ({number})"


def add_text(doc: Doc[Any], path: str, content: str) -> str:
    """Seeds a text file and gives its id. Only the server seeds: two seeds would double the text."""
    key = str(uuid.uuid4())
    files_map(doc)[key] = Map({"path": path, "kind": TEXT, "text": Text(content)})
    return key


def add_binary(doc: Doc[Any], path: str, digest: str, size: int) -> str:
    """Adds a binary file and gives its id."""
    key = str(uuid.uuid4())
    files_map(doc)[key] = Map({"path": path, "kind": BINARY, "digest": digest, "size": size})
    return key


def set_text(doc: Doc[Any], entry: FileEntry, content: str) -> None:
    """Makes a file's text this one by the smallest edits, so that what others type elsewhere in it stays."""
    value = files_map(doc)[entry.id]
    text = value.get("text")
    if not isinstance(text, Text):
        value["text"] = Text(content)
    else:
        replace_text(text, content)
    if entry.kind != TEXT:
        value["kind"] = TEXT


def set_binary(doc: Doc[Any], entry: FileEntry, digest: str, size: int) -> None:
    """Makes a file's contents the blob."""
    value = files_map(doc)[entry.id]
    value["digest"], value["size"] = digest, size
    if entry.kind != BINARY:
        value["kind"] = BINARY


def set_path(doc: Doc[Any], entry: FileEntry, path: str) -> None:
    """Renames a file; its text does not move."""
    files_map(doc)[entry.id]["path"] = path


def set_deleted(doc: Doc[Any], entry: FileEntry) -> None:
    """Deletes a file. A value and not a removal: anybody who types in it at this moment loses nothing."""
    files_map(doc)[entry.id]["deleted"] = True


def set_erased(doc: Doc[Any], digest: str, reason: str) -> None:
    """Deletes the files of these bytes, deleted ones too, so that they are not brought back: the bytes are erased."""
    for value in files_map(doc).values():
        if isinstance(value, Map) and value.get("kind") == BINARY and value.get("digest") == digest:
            value["deleted"], value["gone"] = True, reason


def replace_text(text: Text, content: str) -> None:
    """Turns a shared text into `content` by edits of the parts that differ, last first. Offsets are in UTF-8 bytes."""
    old = str(text)
    for start, end, insertion in reversed(list(text_edits(old, content))):
        first = len(old[:start].encode("utf-8"))
        last = first + len(old[start:end].encode("utf-8"))
        if last > first:
            del text[first:last]
        if insertion:
            text.insert(first, insertion)


def text_edits(old: str, new: str) -> Iterator[tuple[int, int, str]]:
    """The edits that turn `old` into `new`: from character, to character, text in its place; ascending."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    places = [0]
    for line in before:
        places.append(places[-1] + len(line))
    for first, last, new_first, new_last in changed_lines(before, after):
        yield from _one_edit("".join(before[first:last]), "".join(after[new_first:new_last]), places[first])


def _one_edit(old: str, new: str, place: int) -> Iterator[tuple[int, int, str]]:
    start, limit = 0, min(len(old), len(new))
    while start < limit and old[start] == new[start]:
        start += 1
    end = 0
    while end < limit - start and old[-1 - end] == new[-1 - end]:
        end += 1
    if start < len(old) - end or start < len(new) - end:
        yield place + start, place + len(old) - end, new[start : len(new) - end]
