"""Making a project of a .zip: of its files, and of its versions where it has a history."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from forge.accounts.access import require_in
from forge.accounts.models import Organisation
from forge.accounts.names import check_project_name
from forge.accounts.permissions import Verb
from forge.accounts.quotas.limits import require_room
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.projects.creating.names import free_name
from forge.projects.files.storage import delete_on_failure
from forge.projects.history.import_archive import ImportedHistory, import_history
from forge.projects.lifecycle.actions.project import create_of
from forge.projects.models import Project
from forge.projects.versions.imports import store_imported_versions


def create_from_upload(
    actor: Actor, organisation: Organisation, name: str, chunks: Iterable[bytes], default_name: str
) -> tuple[Project, ImportedHistory]:
    """Makes a project of an archive that somebody sent: all of its files and versions, or nothing.

    The versions have their messages, times and numbers; who made them is text, and the person who imports them answers
    for them: nobody is taken for somebody here. Without a name it is called as `default_name`, or as near to that as is
    free. Raises `Forbidden`, `BadName`, `NameInUse`, `QuotaReached`, `StorageQuotaReached`, `TooLarge`,
    `ArchiveRefused`, `GitRefused` and `TooOften`.
    """
    require_in(actor, Verb.CREATE_PROJECT, organisation)
    name = check_project_name(name or free_name(organisation, default_name))
    require_room(organisation.pk)
    with import_history(chunks) as history, delete_on_failure(history.stored_digests), transaction.atomic():
        project = create_of(actor, organisation, name, history.files)
        if history.versions:
            store_imported_versions(actor, project, history.versions)
            write_entry(actor, "history.bring", project.stream, project.place, versions=len(history.versions))
    return project, history
