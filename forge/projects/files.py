"""Actions on a project's files through the API. Edits in the studio come by the sockets instead."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.audit import write_entry
from forge.core.blob_links import is_linked, link_blobs
from forge.core.blobs import open_blob, put_chunks
from forge.core.models import Blob
from forge.projects import document
from forge.projects.access import require
from forge.projects.document import MAXIMUM_PATH, FileEntry, entries, find_entry
from forge.projects.documents import editing, load_document
from forge.projects.errors import BadPath, FileChanged, FileNotThere, FileTooLarge, PathTaken, TooManyFiles
from forge.projects.model_files import is_model, verified_model
from forge.projects.models import Project
from rune.files import FileError, normal_path
from rune.runefile import RUNEFILE_NAMES
from rune.wording import size_text

MAXIMUM_FILES = 500
"""Files of a project."""

MAXIMUM_TEXT = 1024 * 1024
"""Bytes of a file that is edited as text; a larger one is kept as it is, and a Runefile may not be larger."""


def checked_path(path: str) -> str:
    """The path's one spelling. Raises `BadPath`."""
    try:
        normal = normal_path(path)
    except FileError as error:
        raise BadPath(f"{path}: {error.reason}.") from error
    if len(normal) > MAXIMUM_PATH:
        raise BadPath(f"A path has at most {MAXIMUM_PATH} characters, this one has {len(normal)}.")
    return normal


def list_files(project: Project) -> tuple[FileEntry, ...]:
    """The project's files as they are now, sorted by path."""
    return entries(load_document(project.pk).doc)


def find_file(project: Project, path: str) -> FileEntry:
    """One file as it is now. Raises `FileNotThere`, also for a binary that was never put into this project."""
    entry = find_entry(load_document(project.pk).doc, checked_path(path))
    if entry is None or (entry.digest and not is_linked(project, entry.digest)):
        raise FileNotThere(f"{project.full_name} has no file {path}.")
    return entry


@dataclass(frozen=True)
class StoredFile:
    """A file's contents, stored and found good, before any document names them."""

    path: str
    text: str | None
    blob: Blob


def write_file(
    actor: Actor, project: Project, path: str, contents: bytes | Iterable[bytes], only_if: Collection[str] | None = None
) -> FileEntry:
    """Writes a file and gives it back; a new one is made, an old one is changed by the smallest edits.

    What reads as text and is small becomes text. A model is verified first. `only_if` are the digests of which the
    file must have one, `*` for any. Raises `BadPath`, `FileTooLarge`, `TooManyFiles`, `ModelRefused`, `FileChanged`,
    and `Forbidden` or `NotFound`.
    """
    require(actor, Verb.EDIT, project)
    path = checked_path(path)
    stored = store_file(path, [contents] if isinstance(contents, bytes) else contents)
    text, blob = stored.text, stored.blob
    with editing(project, actor.pk) as doc:
        entry = find_entry(doc, path)
        _must_be(path, entry, only_if)
        link_blobs(project, [blob.digest], project.organisation_id)
        if entry is None:
            if len(entries(doc)) >= MAXIMUM_FILES:
                raise TooManyFiles(f"A project has at most {MAXIMUM_FILES} files. Delete one that you do not need.")
            add_file(doc, path, text, blob)
        elif text is not None:
            document.set_text(doc, entry, text)
        else:
            document.set_binary(doc, entry, blob.digest, blob.size)
        write_entry(actor, "file.write", f"project:{project.pk}", path=path, digest=blob.digest, size=blob.size)
        # As it is now, before anyone types on: its digest stands for what was written here.
        return _existing(doc, path)


def store_files(contents: Iterable[tuple[str, bytes]]) -> tuple[StoredFile, ...]:
    """Stores the first files of a new project; outside of any transaction, since it waits for the disk.

    Raises `BadPath`, `FileTooLarge`, `TooManyFiles` and `ModelRefused`.
    """
    stored = tuple(store_file(checked_path(path), [data]) for path, data in contents)
    if len(stored) > MAXIMUM_FILES:
        raise TooManyFiles(f"A project has at most {MAXIMUM_FILES} files.")
    return stored


def seed_files(doc: Any, project: Project, stored: Iterable[StoredFile]) -> None:
    """Puts stored files into a new project's document; the caller edits it and has checked the permission."""
    stored = tuple(stored)
    link_blobs(project, (file.blob.digest for file in stored), project.organisation_id)
    for file in stored:
        add_file(doc, file.path, file.text, file.blob)


def add_file(doc: Any, path: str, text: str | None, blob: Blob) -> None:
    """Adds a new file to a document that is being edited."""
    if text is not None:
        document.add_text(doc, path, text)
    else:
        document.add_binary(doc, path, blob.digest, blob.size)


def _must_be(path: str, entry: FileEntry | None, only_if: Collection[str] | None) -> None:
    if only_if is None or (entry is not None and ("*" in only_if or entry.content_digest in only_if)):
        return
    raise FileChanged(f"{path} has changed since you read it. Read it again, then write.")


def delete_file(actor: Actor, project: Project, path: str, only_if: Collection[str] | None = None) -> None:
    """Deletes a file. Raises `FileNotThere`, `FileChanged`, and `Forbidden` or `NotFound`."""
    require(actor, Verb.EDIT, project)
    path = checked_path(path)
    with editing(project, actor.pk) as doc:
        entry = _existing(doc, path)
        _must_be(path, entry, only_if)
        document.set_deleted(doc, entry)
        write_entry(actor, "file.delete", f"project:{project.pk}", path=path)


def copy_file(actor: Actor, project: Project, path: str, new_path: str) -> FileEntry:
    """Makes a second file with the same contents. Raises what `rename_file` raises, and `TooManyFiles`."""
    require(actor, Verb.EDIT, project)
    path, new_path = checked_path(path), checked_path(new_path)
    with editing(project, actor.pk) as doc:
        entry = _existing(doc, path)
        if find_entry(doc, new_path) is not None:
            raise PathTaken(f"There is a file {new_path} already. Choose another path, or delete that one first.")
        if len(entries(doc)) >= MAXIMUM_FILES:
            raise TooManyFiles(f"A project has at most {MAXIMUM_FILES} files. Delete one that you do not need.")
        if is_model(new_path) and not is_model(path):
            _verify(entry)
        if entry.text is not None:
            document.add_text(doc, new_path, entry.text)
        elif entry.digest is not None:
            if not is_linked(project, entry.digest):
                raise FileNotThere(f"{project.full_name} has no file {path}.")
            document.add_binary(doc, new_path, entry.digest, entry.size)
        write_entry(actor, "file.copy", f"project:{project.pk}", path=path, new_path=new_path)
    return find_file(project, new_path)


def rename_file(actor: Actor, project: Project, path: str, new_path: str) -> FileEntry:
    """Gives a file another path. Raises `FileNotThere`, `PathTaken`, `BadPath`, and `Forbidden` or `NotFound`."""
    require(actor, Verb.EDIT, project)
    path, new_path = checked_path(path), checked_path(new_path)
    with editing(project, actor.pk) as doc:
        entry = _existing(doc, path)
        if path != new_path and find_entry(doc, new_path) is not None:
            raise PathTaken(f"There is a file {new_path} already. Choose another path, or delete that one first.")
        if is_model(new_path) and not is_model(path):
            _verify(entry)
        document.set_path(doc, entry, new_path)
        write_entry(actor, "file.rename", f"project:{project.pk}", path=path, new_path=new_path)
    return find_file(project, new_path)


def _existing(doc: Any, path: str) -> FileEntry:
    entry = find_entry(doc, path)
    if entry is None:
        raise FileNotThere(f"There is no file {path}.")
    return entry


def _verify(entry: FileEntry) -> None:
    if entry.text is not None:
        verified_model(entry.text.encode("utf-8"))
    elif entry.digest:
        with open_blob(entry.digest) as file:
            verified_model(file.read())


def store_file(path: str, chunks: Iterable[bytes]) -> StoredFile:
    """Stores contents that are fit for the path. Raises `ModelRefused`, `FileTooLarge`, `BadPath` and `TooLarge`."""
    text: str | None = None

    def accept(file: Path, size: int) -> None:
        nonlocal text
        text = checked_contents(path, file, size)

    blob = put_chunks(chunks, settings.UPLOAD_LIMIT, accept)
    return StoredFile(path, text, blob)


def checked_contents(path: str, file: Path, size: int) -> str | None:
    """The text of a file that is one, else None. Raises `ModelRefused`, `FileTooLarge` and `BadPath`."""
    if is_model(path):
        verified_model(file.read_bytes())
        return None
    if size > MAXIMUM_TEXT:
        if _must_be_text(path):
            raise FileTooLarge(
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
