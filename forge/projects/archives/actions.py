"""Unpacking a .zip into a project: all of it in one step, or nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from forge.accounts.permissions import Verb
from forge.accounts.quotas.limits import require_room
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.projects.access import require
from forge.projects.errors import FilesExist
from forge.projects.files.contents import check_file_count, list_files, put_file
from forge.projects.files.document import entries
from forge.projects.files.document_store import editing
from forge.projects.files.extract_archive import MAX_NAMED, extract_upload
from forge.projects.files.storage import delete_on_failure, link_uploaded
from forge.projects.models import Project, Version
from forge.projects.versions.store import snapshot


@dataclass(frozen=True)
class UnpackResult:
    """The result of an archive. Restoring `paths` of the version `before` undoes it."""

    before: Version
    added_paths: tuple[str, ...]
    replaced_paths: tuple[str, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(sorted((*self.added_paths, *self.replaced_paths)))


def unpack(
    actor: Actor, project: Project, chunks: Iterable[bytes], *, folder: str = "", replace: bool = False
) -> UnpackResult:
    """Puts all files of an archive into a project, below `folder`, as one update of its live document.

    Raises `Forbidden`, `TooLarge`, `ArchiveRefused`, `TooManyFiles`, `StorageQuotaReached`, and `FilesExist` when files
    would be replaced and `replace` does not allow it.
    """
    require(actor, Verb.EDIT, project)
    require_room(project.organisation_id)
    with extract_upload(chunks, folder) as files:
        if not replace:
            _refuse_replacing({entry.path for entry in list_files(project)} & {file.path for file in files})
        stored_files = [file.store() for file in files]
    before = snapshot(project, actor.person)
    added_paths: list[str] = []
    replaced_paths: list[str] = []
    with delete_on_failure([file.blob.digest for file in stored_files]), editing(project, actor.pk) as doc:
        living = {entry.path: entry for entry in entries(doc)}
        check_file_count(len(living.keys() | {file.path for file in stored_files}))
        if not replace:
            # Once more: somebody may have made such a file while these were stored.
            _refuse_replacing(living.keys() & {file.path for file in stored_files})
        link_uploaded(project, (file.blob.digest for file in stored_files), project)
        for file in stored_files:
            (replaced_paths if file.path in living else added_paths).append(file.path)
            put_file(doc, living.get(file.path), file)
        write_entry(
            actor,
            "files.unpack",
            f"project:{project.pk}",
            project.place,
            added=len(added_paths),
            replaced=len(replaced_paths),
        )
    return UnpackResult(before, tuple(added_paths), tuple(replaced_paths))


def _refuse_replacing(existing: Collection[str]) -> None:
    paths = sorted(existing)
    if paths:
        first_paths = ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
        raise FilesExist(
            f"{first_paths} would be replaced. Choose to replace them, or rename them.",
            paths=paths[:MAX_NAMED],
            count=len(paths),
        )
