"""Making a project of a .zip: of its files, and of its versions where it has a history."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from forge.accounts.access import require_in
from forge.accounts.models import Organisation
from forge.accounts.names import check_project_name
from forge.accounts.permissions import Verb
from forge.accounts.quotas import require_room
from forge.core.actors import Actor
from forge.core.audit import write_entry
from forge.projects.actions.project import create_of
from forge.projects.bringing import Brought, BroughtVersion, brought
from forge.projects.models import Project, Version
from forge.projects.names import free_name
from forge.projects.storage import link_brought, nothing_left_behind
from forge.projects.versions import working_tree


def create_from_upload(
    actor: Actor, organisation: Organisation, name: str, chunks: Iterable[bytes], usual_name: str
) -> tuple[Project, Brought]:
    """Makes a project of an archive that somebody sent: all of its files and versions, or nothing.

    The versions have their messages, times and numbers; who made them is text, and whoever brings them answers for
    them: nobody is taken for somebody here. Without a name it is called as `usual_name`, or as near to that as is free.
    Raises `Forbidden`, `BadName`, `NameTaken`, `QuotaReached`, `StorageQuotaReached`, `TooLarge`, `ArchiveRefused`,
    `GitRefused` and `TooOften`.
    """
    require_in(actor, Verb.CREATE_PROJECT, organisation)
    name = check_project_name(name or free_name(organisation, usual_name))
    require_room(organisation.pk)
    with brought(chunks) as found, nothing_left_behind(found.stored), transaction.atomic():
        project = create_of(actor, organisation, name, found.files)
        if found.versions:
            _bring(actor, project, found.versions)
            write_entry(actor, "history.bring", project.stream, project.place, versions=len(found.versions))
    return project, found


def _bring(actor: Actor, project: Project, versions: Iterable[BroughtVersion]) -> None:
    now = working_tree(project)
    for each in versions:
        is_now = each.digest == now.digest
        made = Version.objects.create(
            project=project,
            number=each.number,
            digest=each.digest,
            manifest=dict(each.manifest),
            file_ids=dict(now.file_ids) if is_now else {},
            sequence=now.sequence if is_now else 0,
            # Of a stranger's text nobody here is the author, and who brought it approves nothing of it.
            writers=[] if actor.pk is None else [str(actor.pk)],
            message=each.message,
            saved_at=each.moment,
            made_by=list(each.names),
        )
        Version.objects.filter(pk=made.pk).update(created=each.moment)
        link_brought(made, {described["digest"] for described in each.manifest.values()}, project)
