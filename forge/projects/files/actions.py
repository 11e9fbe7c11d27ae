"""Actions on a project's files through the API. Edits in the studio come by the sockets instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from forge.accounts.permissions import Verb
from forge.accounts.quotas.limits import require_room
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.blobs.links import is_linked
from forge.core.blobs.store import read_blob
from forge.core.errors import PreconditionRequired
from forge.core.preconditions import ABSENT, ANY, NO_PRECONDITION, Precondition
from forge.projects.access import require
from forge.projects.errors import FileChanged, PathInUse, ProjectFileNotFound
from forge.projects.files import document
from forge.projects.files.contents import check_file_count, checked_path, put_file, store_file, store_files
from forge.projects.files.document import FileEntry, entries, find_entry
from forge.projects.files.document_store import editing
from forge.projects.files.model_files import is_model, verified_model
from forge.projects.files.storage import delete_on_failure, link_uploaded
from forge.projects.models import Project


def write_file(
    actor: Actor, project: Project, path: str, contents: bytes | Iterable[bytes], *, precondition: Precondition = None
) -> FileEntry:
    """Writes a file and gives it back; a new one is made, an old one is changed by the smallest edits.

    What reads as text and is small becomes text. A model is verified first. `precondition` are digests, of which a file
    that is there must have one, `ANY`, or `ABSENT` for a new file. Raises `BadPath`, `ProjectFileTooLarge`,
    `TooManyFiles`, `ModelRefused`, `FileChanged`, `PreconditionRequired`, `StorageQuotaReached`, and `Forbidden` or
    `NotFound`.
    """
    require(actor, Verb.EDIT, project)
    path = checked_path(path)
    require_room(project.organisation_id)
    stored_file = store_file(path, [contents] if isinstance(contents, bytes) else contents)
    blob = stored_file.blob
    with delete_on_failure([blob.digest]), editing(project, actor.pk) as doc:
        entry = find_entry(doc, path)
        _require_precondition(path, entry, precondition)
        link_uploaded(project, [blob.digest], project)
        if entry is None:
            check_file_count(len(entries(doc)) + 1)
        put_file(doc, entry, stored_file)
        write_entry(
            actor, "file.write", f"project:{project.pk}", project.place, path=path, digest=blob.digest, size=blob.size
        )
        # As it is now, before anyone types on: its digest stands for what was written here.
        return _existing(doc, path)


def _require_precondition(path: str, entry: FileEntry | None, precondition: Precondition) -> None:
    """Raises `FileChanged` where the file has none of the digests that were seen, and `PreconditionRequired` where
    there is a file and none was."""
    if precondition is None or (entry is None and (not precondition or ABSENT in precondition)):
        return
    if entry is not None and not precondition:
        raise PreconditionRequired(f"{path} already exists. {NO_PRECONDITION}")
    if entry is not None and ABSENT in precondition:
        raise FileChanged(f"{path} already exists. Nothing was written.")
    if entry is None or not (ANY in precondition or entry.content_digest in precondition):
        raise FileChanged(f"{path} has changed since you read it. Read it again, then write.")


def delete_file(actor: Actor, project: Project, path: str, *, precondition: Precondition = None) -> None:
    """Deletes a file. Raises `ProjectFileNotFound`, `FileChanged`, `PreconditionRequired`, and `Forbidden` or
    `NotFound`."""
    require(actor, Verb.EDIT, project)
    path = checked_path(path)
    with editing(project, actor.pk) as doc:
        entry = _existing(doc, path)
        _require_precondition(path, entry, precondition)
        document.set_deleted(doc, entry)
        write_entry(actor, "file.delete", f"project:{project.pk}", project.place, path=path)


def write_texts(
    actor: Actor, project: Project, texts: Mapping[str, str | None], *, preconditions: Mapping[str, str | None]
) -> tuple[FileEntry, ...]:
    """Writes several texts and deletes those that are None, as one update of the live document: all of them or none.

    `preconditions` has the digest that each file must have, None for one that must not be there. Raises what
    `write_file` raises. Returns the files that were written.
    """
    require(actor, Verb.EDIT, project)
    require_room(project.organisation_id)
    stored_files = store_files([(path, text.encode("utf-8")) for path, text in texts.items() if text is not None])
    digests = [file.blob.digest for file in stored_files]
    with delete_on_failure(digests), editing(project, actor.pk) as doc:
        for path, digest in preconditions.items():
            entry = find_entry(doc, checked_path(path))
            _require_precondition(path, entry, [ABSENT if digest is None else digest])
        link_uploaded(project, digests, project)
        for file in stored_files:
            put_file(doc, find_entry(doc, file.path), file)
            facts = {"path": file.path, "digest": file.blob.digest, "size": file.blob.size}
            write_entry(actor, "file.write", f"project:{project.pk}", project.place, **facts)
        for path in (path for path, text in texts.items() if text is None):
            document.set_deleted(doc, _existing(doc, checked_path(path)))
            write_entry(actor, "file.delete", f"project:{project.pk}", project.place, path=path)
        check_file_count(len(entries(doc)))
        return tuple(_existing(doc, file.path) for file in stored_files)


def copy_file(actor: Actor, project: Project, path: str, new_path: str) -> FileEntry:
    """Makes a second file with the same contents. Raises what `rename_file` raises, and `TooManyFiles`."""
    require(actor, Verb.EDIT, project)
    path, new_path = checked_path(path), checked_path(new_path)
    with editing(project, actor.pk) as doc:
        entry = _existing(doc, path)
        if find_entry(doc, new_path) is not None:
            raise PathInUse(f"A file {new_path} already exists. Choose another path, or delete that one first.")
        check_file_count(len(entries(doc)) + 1)
        _require_contents(project, entry)
        if is_model(new_path) and not is_model(path):
            _verify(entry)
        if entry.text is not None:
            document.add_text(doc, new_path, entry.text)
        elif entry.digest is not None:
            document.add_binary(doc, new_path, entry.digest, entry.size)
        write_entry(actor, "file.copy", f"project:{project.pk}", project.place, path=path, new_path=new_path)
        return _existing(doc, new_path)


def rename_file(actor: Actor, project: Project, path: str, new_path: str) -> FileEntry:
    """Gives a file another path. Raises `ProjectFileNotFound`, `PathInUse`, `BadPath`, and `Forbidden` or
    `NotFound`."""
    require(actor, Verb.EDIT, project)
    path, new_path = checked_path(path), checked_path(new_path)
    with editing(project, actor.pk) as doc:
        entry = _existing(doc, path)
        if path != new_path and find_entry(doc, new_path) is not None:
            raise PathInUse(f"A file {new_path} already exists. Choose another path, or delete that one first.")
        if is_model(new_path) and not is_model(path):
            _require_contents(project, entry)
            _verify(entry)
        document.set_path(doc, entry, new_path)
        write_entry(actor, "file.rename", f"project:{project.pk}", project.place, path=path, new_path=new_path)
        return _existing(doc, new_path)


def _existing(doc: Any, path: str) -> FileEntry:
    entry = find_entry(doc, path)
    if entry is None:
        raise ProjectFileNotFound(f"There is no file {path}.")
    return entry


def _require_contents(project: Project, entry: FileEntry) -> None:
    """Raises `ProjectFileNotFound` for a digest that a client wrote by itself, before anyone looks whether it is
    stored."""
    if entry.text is None and not (entry.digest and is_linked(project, entry.digest)):
        raise ProjectFileNotFound(f"{project.full_name} has no file {entry.path}.")


def _verify(entry: FileEntry) -> None:
    if entry.text is not None:
        verified_model(entry.text.encode("utf-8"))
    elif entry.digest:
        verified_model(read_blob(entry.digest))
