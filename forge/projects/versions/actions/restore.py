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
from forge.core.events.log import append_event
from forge.projects.access import require
from forge.projects.announcements import VERSION_RESTORED, VERSION_SAVED
from forge.projects.files.document_store import editing, load_document, note_clients
from forge.projects.files.storage import link_uploaded
from forge.projects.models import Project, Version
from forge.projects.versions.restore import FileToRestore, files_to_restore, restore, still_available
from forge.projects.versions.store import snapshot


@dataclass(frozen=True)
class RestoreResult:
    """What restoring did. `before` is the version that the files were until then: restoring it takes all back."""

    before: Version
    changed: tuple[str, ...]


def restore_version(
    actor: Actor, project: Project, version: Version, paths: Collection[str] | None = None
) -> RestoreResult:
    """Makes the files what they were in a version, or only those of `paths`, as one update of the live document.

    Raises `Forbidden`.
    """
    require(actor, Verb.EDIT, project)
    # The bytes are read before the transaction, in which nothing is waited for.
    wanted = files_to_restore(version, paths)
    before = _save_current(actor, project, version)
    with editing(project, actor.pk) as doc:
        changed = _restore(actor, project, version, doc, wanted, paths)
        _tell(actor, project, version, before)
    return RestoreResult(before, changed)


def restoring_update(actor: Actor, project: Project, version: Version, paths: Collection[str] | None = None) -> bytes:
    """The same as an update of the live document that is stored nowhere: an editor applies it and sends it on.

    So it is one step of that editor's undo. Raises `Forbidden`.
    """
    require(actor, Verb.EDIT, project)
    wanted = files_to_restore(version, paths)
    current = _save_current(actor, project, version)
    with transaction.atomic():
        Project.objects.lock(project.pk)
        doc = load_document(project.pk).doc
        before = doc.get_state()
        with doc.transaction():
            _restore(actor, project, version, doc, wanted, paths)
        note_clients(project.pk, {doc.client_id: actor.pk})
        _tell(actor, project, version, current)
    return doc.get_update(before)


def _tell(actor: Actor, project: Project, version: Version, before: Version) -> None:
    by = person_to_json(actor.person) if actor.person is not None else None
    append_event(project.stream, VERSION_RESTORED(number=version.number, before=before.number, by=by), actor)


def _save_current(actor: Actor, project: Project, version: Version) -> Version:
    """The files as they are now, kept, so that nothing that stands there is lost to a restoring."""
    before = snapshot(project, actor.person)
    if before.pk != version.pk:
        unnamed = Version.objects.filter(pk=before.pk, message="")
        with transaction.atomic():
            if unnamed.update(message=f"As it was before version {version.number} was restored"):
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
    wanted = still_available(version, read)
    changed = restore(doc, wanted, paths)
    link_uploaded(project, (file.digest for file in wanted if file.text is None), project)
    write_entry(
        actor,
        "version.restore",
        f"project:{project.pk}",
        project.place,
        number=version.number,
        changed=list(changed[:100]),
    )
    return changed
