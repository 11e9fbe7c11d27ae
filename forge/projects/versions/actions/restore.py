"""Restoring a version, or some of its files."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from pycrdt import Doc

from forge.accounts.people.serializers import person_to_json
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import Stale
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition
from forge.projects.access import require
from forge.projects.announcements import VERSION_RESTORED, VERSION_SAVED
from forge.projects.files.document_store import editing, load_document, note_clients
from forge.projects.files.storage import link_uploaded
from forge.projects.models import Project, Version
from forge.projects.versions.etag_facets import files_facets_of
from forge.projects.versions.restore import FileToRestore, files_to_restore, restore, still_available
from forge.projects.versions.store import snapshot, working_tree


@dataclass(frozen=True)
class RestoreResult:
    """The result of restoring. `before` is the version of the earlier files: restoring it undoes the change."""

    before: Version
    changed_paths: tuple[str, ...]


def restore_version(
    actor: Actor,
    project: Project,
    version: Version,
    paths: Collection[str] | None = None,
    *,
    precondition: Precondition = None,
) -> RestoreResult:
    """Makes the files what they were in a version, or only those of `paths`, as one update of the live document.

    Raises `Forbidden` and `Stale`.
    """
    require(actor, Verb.EDIT, project)
    sequence = _require_precondition(project, precondition)
    # The bytes are read before the transaction, in which nothing is waited for.
    files = files_to_restore(version, paths)
    before = _save_current(actor, project, version)
    with editing(project, actor.pk) as doc:
        _require_unedited(project, sequence)
        changed = _restore(actor, project, version, doc, files, paths)
        _record(actor, project, version, before)
    return RestoreResult(before, changed)


def restoring_update(
    actor: Actor,
    project: Project,
    version: Version,
    paths: Collection[str] | None = None,
    *,
    precondition: Precondition = None,
) -> bytes:
    """The same as an update of the live document that is stored nowhere: an editor applies it and sends it on.

    So it is one step of that editor's undo. Raises `Forbidden` and `Stale`.
    """
    require(actor, Verb.EDIT, project)
    sequence = _require_precondition(project, precondition)
    files = files_to_restore(version, paths)
    current = _save_current(actor, project, version)
    with transaction.atomic():
        Project.objects.lock(project.pk)
        _require_unedited(project, sequence)
        doc = load_document(project.pk).doc
        before = doc.get_state()
        with doc.transaction():
            _restore(actor, project, version, doc, files, paths)
        note_clients(project.pk, {doc.client_id: actor.pk})
        _record(actor, project, version, current)
    return doc.get_update(before)


def _require_precondition(project: Project, precondition: Precondition) -> int | None:
    """Returns the number of the last edit of the files that were seen; None where nobody says what they saw. Raises
    `Stale`."""
    if precondition is None:
        return None
    tree = working_tree(project)
    require_precondition(files_facets_of(project, tree.digest), precondition)
    return tree.sequence


def _require_unedited(project: Project, sequence: int | None) -> None:
    """Raises `Stale` where somebody edited since. The caller has locked the project."""
    if sequence is not None and load_document(project.pk).sequence != sequence:
        raise Stale(f"Somebody edited the files of {project.full_name} at this moment. Nothing was changed. Try again.")


def _record(actor: Actor, project: Project, version: Version, before: Version) -> None:
    by = person_to_json(actor.person) if actor.person is not None else None
    append_event(project.stream, VERSION_RESTORED(number=version.number, before=before.number, by=by), actor)


def _save_current(actor: Actor, project: Project, version: Version) -> Version:
    """The files as they are now, kept, so that nothing that stands there is lost to a restoring."""
    before = snapshot(project, actor.person)
    if before.pk != version.pk:
        unnamed_versions = Version.objects.filter(pk=before.pk, message="")
        with transaction.atomic():
            if unnamed_versions.update(message=f"As it was before version {version.number} was restored"):
                append_event(project.stream, VERSION_SAVED(number=before.number), actor)
        before.refresh_from_db(fields=["message"])
    return before


def _restore(
    actor: Actor,
    project: Project,
    version: Version,
    doc: Doc[Any],
    read: Collection[FileToRestore],
    paths: Collection[str] | None,
) -> tuple[str, ...]:
    """Restores files that were read, under the project's lock, and writes it down; answers the paths that changed."""
    files = still_available(version, read)
    changed = restore(doc, files, paths)
    link_uploaded(project, (file.digest for file in files if file.text is None), project)
    write_entry(
        actor,
        "version.restore",
        f"project:{project.pk}",
        project.place,
        number=version.number,
        changed=list(changed[:100]),
    )
    return changed
