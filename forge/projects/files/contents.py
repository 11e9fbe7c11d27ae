"""A project's files: reading them as they are now, and storing contents that are fit for a path.

Writing, deleting and renaming one are `actions.files`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.conf import settings

from forge.core.blobs.links import linked_size
from forge.core.blobs.store import put_chunks
from forge.core.models import Blob
from forge.core.studio_limits import MAX_FILES
from forge.projects.errors import BadPath, ProjectFileNotFound, ProjectFileTooLarge, TooManyFiles
from forge.projects.files import document
from forge.projects.files.document import MAXIMUM_PATH, FileEntry, entries, find_entry
from forge.projects.files.document_store import load_document
from forge.projects.files.model_files import is_model, verified_model
from forge.projects.files.storage import link_uploaded
from forge.projects.models import Project
from rune.project.files import FileError, normal_path
from rune.source.runefile import RUNEFILE_NAMES
from rune.wording import size_text

MAXIMUM_TEXT = 1024 * 1024
"""Bytes of a file that is edited as text; a larger one is kept as it is, and a Runefile may not be larger."""


def checked_path(path: str) -> str:
    """The path's one spelling. Raises `BadPath`."""
    try:
        normal = normal_path(path)
    except FileError as error:
        raise BadPath(f"{path}: {error.reason}.") from error
    if len(normal) > MAXIMUM_PATH:
        raise BadPath(f"A path has at most {MAXIMUM_PATH} characters; this one has {len(normal)}.")
    return normal


def check_file_count(count: int) -> None:
    """Raises `TooManyFiles` for more than a project may have."""
    if count > MAX_FILES:
        raise TooManyFiles(f"A project has at most {MAX_FILES} files. Delete some that you do not need.")


def list_files(project: Project) -> tuple[FileEntry, ...]:
    """The project's files as they are now, sorted by path."""
    return entries(load_document(project.pk).doc)


def find_file(project: Project, path: str) -> FileEntry:
    """Returns a file as it is now. Raises `ProjectFileNotFound`, also for a binary that was never put into this
    project.

    A binary's size is what the store knows and not what a client wrote.
    """
    entry = find_entry(load_document(project.pk).doc, checked_path(path))
    if entry is None:
        raise ProjectFileNotFound(f"{project.full_name} has no file {path}.")
    if not entry.digest:
        return entry
    size = linked_size(project, entry.digest)
    if size is None:
        raise ProjectFileNotFound(f"{project.full_name} has no file {path}.")
    return replace(entry, size=size)


@dataclass(frozen=True)
class StoredFile:
    """A file's contents, stored and found good, before any document names them."""

    path: str
    text: str | None
    blob: Blob


def store_files(contents: Iterable[tuple[str, bytes]]) -> tuple[StoredFile, ...]:
    """Stores the first files of a new project; outside of any transaction, since it waits for the disk.

    Raises `BadPath`, `ProjectFileTooLarge`, `TooManyFiles` and `ModelRefused`.
    """
    files = tuple(store_file(checked_path(path), [data]) for path, data in contents)
    check_file_count(len(files))
    return files


def seed_files(doc: Any, project: Project, stored_files: Iterable[StoredFile]) -> None:
    """Puts stored files into a new project's document; the caller edits it and has checked the permission."""
    stored_files = tuple(stored_files)
    link_uploaded(project, (file.blob.digest for file in stored_files), project)
    for file in stored_files:
        put_file(doc, None, file)


def put_file(doc: Any, entry: FileEntry | None, file: StoredFile) -> None:
    """Makes a file of a document that is being edited what was stored: a new one, or `entry` by the smallest edits.

    The caller has linked its blob.
    """
    if entry is None and file.text is not None:
        document.add_text(doc, file.path, file.text)
    elif entry is None:
        document.add_binary(doc, file.path, file.blob.digest, file.blob.size)
    elif file.text is not None:
        document.set_text(doc, entry, file.text)
    else:
        document.set_binary(doc, entry, file.blob.digest, file.blob.size)


def store_file(path: str, chunks: Iterable[bytes]) -> StoredFile:
    """Stores contents that are fit for the path.

    Raises `ModelRefused`, `ProjectFileTooLarge`, `BadPath` and `TooLarge`.
    """
    text: str | None = None

    def accept(file: Path, size: int) -> None:
        nonlocal text
        text = checked_contents(path, file, size)

    blob = put_chunks(chunks, settings.UPLOAD_LIMIT, accept)
    return StoredFile(path, text, blob)


def checked_contents(path: str, file: Path, size: int) -> str | None:
    """The text of a file that is one, else None. Raises `ModelRefused`, `ProjectFileTooLarge` and `BadPath`."""
    if is_model(path):
        verified_model(file.read_bytes())
        return None
    if size > MAXIMUM_TEXT:
        if _must_be_text(path):
            raise ProjectFileTooLarge(
                f"{path} has {size_text(size)}; a file of this kind has at most {size_text(MAXIMUM_TEXT)}."
            )
        return None
    try:
        text = file.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        text = None
    if text is not None and "\0" not in text:
        return text
    if _must_be_text(path):
        raise BadPath(f"{path} is not text in UTF-8. Save it as UTF-8 and upload it again.")
    return None


def _must_be_text(path: str) -> bool:
    return path.lower().endswith((".yml", ".yaml", ".py")) or path in RUNEFILE_NAMES
