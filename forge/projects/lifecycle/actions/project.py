"""Actions on a project as a whole. Each checks the permission, does it, and writes the audit entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import IO, Any

from django.db import transaction
from django.utils import timezone

from forge.accounts.access import require_in
from forge.accounts.models import Organisation
from forge.accounts.names import check_project_name
from forge.accounts.permissions import Verb
from forge.accounts.quotas.limits import require_room
from forge.core.actors import Actor
from forge.core.api.acts import DONE, act
from forge.core.api.states import IF_MATCH
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict, Invalid, NotFound, Stale
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition
from forge.core.reasons import checked_reason
from forge.projects.access import require
from forge.projects.announcements import (
    ORGANISATION_PROJECT_CREATED,
    ORGANISATION_PROJECT_DELETED,
    ORGANISATION_PROJECT_RESTORED,
    PROJECT_CHANGED,
    PROJECT_DELETED,
)
from forge.projects.creating.empty import BLANK_RUNEFILE
from forge.projects.creating.names import free_name, take_name
from forge.projects.creating.quotas import require_another
from forge.projects.creating.templates import find_template
from forge.projects.etag_facets import change_facets, removal_facets
from forge.projects.files.contents import StoredFile, seed_files, store_files
from forge.projects.files.document_store import editing
from forge.projects.files.extract_archive import extract_file
from forge.projects.files.model_files import files_of_model, model_stem
from forge.projects.files.storage import delete_on_failure
from forge.projects.hooks import sharing_obstacles
from forge.projects.models import MAX_DESCRIPTION, FormerProjectName, Project, Visibility
from forge.projects.place import PROJECT
from forge.projects.serializers import project_summary
from rune.project.runefile import DEFAULT_RUNEFILE


def create_project(actor: Actor, organisation: Organisation, name: str, template: str | None = None) -> Project:
    """Makes a project, from a template or with an empty pipeline.

    Raises `Forbidden`, `BadName`, `NameInUse` and `UnknownTemplate`.
    """
    if template:
        chosen_template = find_template(template)
        return create_from_files(actor, organisation, name, chosen_template.contents(), template=chosen_template.name)
    return create_from_files(actor, organisation, name, [(DEFAULT_RUNEFILE, BLANK_RUNEFILE)])


def create_from_files(
    actor: Actor, organisation: Organisation, name: str, contents: Iterable[tuple[str, bytes]], template: str = ""
) -> Project:
    """Makes a project of these files.

    Raises `Forbidden`, `BadName`, `NameInUse`, `QuotaReached`, and what `write_file` raises.
    """
    require_in(actor, Verb.CREATE_PROJECT, organisation)
    name = check_project_name(name)
    require_room(organisation.pk)
    stored_files = store_files(contents)
    with delete_on_failure([file.blob.digest for file in stored_files]):
        return create_of(actor, organisation, name, stored_files, template)


def create_from_model(actor: Actor, organisation: Organisation, name: str, filename: str, data: bytes) -> Project:
    """Makes a project of one .tflite file, with a Runefile that fits its inputs and outputs.

    Without a name, it is called after the file, or as near to that as is free. Raises `ModelRefused`, and what
    `create_from_files` raises.
    """
    require_in(actor, Verb.CREATE_PROJECT, organisation)
    contents = files_of_model(filename, data)
    name = name or free_name(organisation, model_stem(filename) or "my-model")
    return create_from_files(actor, organisation, name, contents)


def create_from_archive(actor: Actor, organisation: Organisation, name: str, archive: IO[bytes]) -> Project:
    """Makes a project of a stranger's .zip: all of its files, or none.

    Raises `Forbidden`, `BadName`, `NameInUse`, `QuotaReached`, `BadPath`, `TooLarge` and `ArchiveRefused`.
    """
    require_in(actor, Verb.CREATE_PROJECT, organisation)
    name = check_project_name(name)
    require_room(organisation.pk)
    with extract_file(archive) as files:
        stored_files = tuple(file.store() for file in files)
    with delete_on_failure([file.blob.digest for file in stored_files]):
        return create_of(actor, organisation, name, stored_files)


@transaction.atomic
def create_of(
    actor: Actor, organisation: Organisation, name: str, stored_files: tuple[StoredFile, ...], template: str = ""
) -> Project:
    """Makes a project of stored files, with a name that was checked. Raises `NameInUse` and `QuotaReached`."""
    require_in(actor, Verb.CREATE_PROJECT, organisation)
    require_another(organisation)
    take_name(organisation, name)
    project = Project.objects.create(organisation=organisation, name=name, created_by=actor.person, template=template)
    with editing(project, actor.pk) as doc:
        seed_files(doc, project, stored_files)
    write_entry(
        actor, "project.create", f"project:{project.pk}", project.place, name=project.full_name, template=template
    )
    append_event(organisation.stream, ORGANISATION_PROJECT_CREATED(project=str(project.pk), name=name), actor)
    project.refresh_from_db()
    return project


def update_project(
    actor: Actor,
    project: Project,
    *,
    name: str | None = None,
    visibility: str | None = None,
    description: str | None = None,
    shares_files: bool | None = None,
    sharing_reason: str = "",
    precondition: Precondition = None,
) -> Project:
    """Renames a project, describes it, or changes who sees it and who may copy it; None leaves a thing as it is.

    Files that look as if they held secrets are shared with a reason alone. After a rename the old name leads to the
    project until someone takes it. Raises `Forbidden`, `BadName`, `NameInUse`, `Stale`, `Invalid` and `Busy`.
    """
    reasons: Mapping[str, Any] | None = None
    if shares_files and not project.shares_files:
        require(actor, Verb.MANAGE, project)
        # The files are searched here, since nothing is waited for in a transaction.
        reasons = _sharing_reasons(project, sharing_reason)
    return _update_project(actor, project, name, visibility, description, shares_files, reasons, precondition)


@transaction.atomic
def _update_project(
    actor: Actor,
    project: Project,
    name: str | None,
    visibility: str | None,
    description: str | None,
    shares_files: bool | None,
    reasons: Mapping[str, Any] | None,
    precondition: Precondition,
) -> Project:
    Project.objects.lock(project.pk)
    project.refresh_from_db(fields=["name", "description", "visibility", "files_shared"])
    if reasons is not None:
        actor = actor.afresh()
    changes: dict[str, str | bool] = {}
    if name is not None and name != project.name:
        require(actor, Verb.DESCRIBE, project)
        name = check_project_name(name)
        take_name(project.organisation, name, project)
        FormerProjectName.objects.create(organisation=project.organisation, name=project.name, project=project)
        changes["name"] = name
    description = None if description is None else " ".join(description.split())
    if description is not None and description != project.description:
        require(actor, Verb.DESCRIBE, project)
        if len(description) > MAX_DESCRIPTION:
            message = f"A description has at most {MAX_DESCRIPTION} characters."
            raise Invalid(message, errors={"description": [f"At most {MAX_DESCRIPTION}."]})
        changes["description"] = description
    if visibility is not None and visibility != project.visibility:
        require(actor, Verb.MANAGE, project)
        if visibility not in Visibility.values:
            message = "A project must be private, internal or public."
            raise Invalid(message, errors={"visibility": [message]})
        changes["visibility"] = visibility
    if shares_files is not None and shares_files != project.shares_files:
        require(actor, Verb.MANAGE, project)
        if shares_files and reasons is None:
            raise Stale("Somebody stopped sharing the files meanwhile. Check the current state, then decide again.")
        changes["shares_files"] = shares_files
    require_precondition(change_facets(project, changes), precondition)
    if changes:
        former = {field: getattr(project, field) for field in changes}
        for field, value in changes.items():
            if field == "shares_files":
                project.files_shared = timezone.now() if value else None
            else:
                setattr(project, field, value)
        project.save(update_fields=["files_shared" if field == "shares_files" else field for field in changes])
        subject = f"project:{project.pk}"
        write_entry(actor, "project.update", subject, project.place, before=former, after=changes, **(reasons or {}))
        append_event(project.stream, PROJECT_CHANGED(project=project_summary(project)), actor)
    else:
        require(actor, Verb.READ, project)
    return project


def _sharing_reasons(project: Project, reason: str) -> Mapping[str, Any]:
    """Returns the audit log's text about sharing files with possible secrets; empty where there are none. Raises
    `Invalid` without a reason."""
    obstacles = [sentence for sentences in sharing_obstacles.call(project) for sentence in sentences]
    if not obstacles:
        return {}
    missing = f"The files are not shared. {' '.join(obstacles)} Or write why they may be shared as they are."
    return {"reason": checked_reason(reason, missing=missing, field="sharing_reason"), "secrets": obstacles}


@act(
    "DELETE",
    PROJECT,
    "",
    "projects_destroy",
    verb=Verb.MANAGE,
    state=IF_MATCH,
    answer=DONE,
    raises=(Conflict,),
)
@transaction.atomic
def delete_project(actor: Actor, project: Project, *, precondition: Precondition = None) -> None:
    """Hides a project from everyone; its organisation's owners can restore it."""
    Project.objects.lock(project.pk)
    project.refresh_from_db(fields=["name", "visibility", "sequence"])
    require_precondition(removal_facets(project), precondition)
    project.deleted_at = timezone.now()
    project.save(update_fields=["deleted_at"])
    write_entry(actor, "project.delete", f"project:{project.pk}", project.place, name=project.full_name)
    append_event(project.stream, PROJECT_DELETED(), actor)
    append_event(project.organisation.stream, ORGANISATION_PROJECT_DELETED(project=str(project.pk)), actor)


@transaction.atomic
def restore_project(actor: Actor, organisation: Organisation, name: str, new_name: str | None = None) -> Project:
    """Brings back the project of this name that was deleted last, under a new name when its own is taken.

    Raises `Forbidden`, `NotFound`, and `NameInUse` when a new name is needed.
    """
    project = (
        Project.objects.deleted_for(actor).filter(organisation=organisation, name=name).order_by("-deleted_at").first()
    )
    if project is None:
        raise NotFound(f"No deleted project of {organisation.name} is called {name}.")
    require(actor, Verb.MANAGE, project)
    require_another(organisation)
    restored_name = check_project_name(new_name) if new_name else project.name
    take_name(organisation, restored_name, project)
    project.name, project.deleted_at = restored_name, None
    project.save(update_fields=["name", "deleted_at"])
    write_entry(actor, "project.restore", f"project:{project.pk}", project.place, name=project.full_name)
    append_event(project.stream, PROJECT_CHANGED(project=project_summary(project)), actor)
    append_event(organisation.stream, ORGANISATION_PROJECT_RESTORED(project=str(project.pk)), actor)
    return project
