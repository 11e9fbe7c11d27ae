"""Actions on a project as a whole. Each checks the permission, does it, and writes the audit entry."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from forge.accounts.access import refusal
from forge.accounts.errors import NameTaken
from forge.accounts.models import Organisation
from forge.accounts.names import check_project_name, slug
from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.core.audit import write_entry
from forge.core.errors import Invalid, NotFound
from forge.core.events import append_event
from forge.projects.access import require
from forge.projects.documents import editing
from forge.projects.files import StoredFile, seed_files, store_files, write_file
from forge.projects.models import FormerProjectName, Project, Visibility
from forge.projects.serializers import project_summary
from forge.projects.templates import find_template

__all__ = [
    "create_from_files",
    "create_project",
    "delete_project",
    "free_name",
    "restore_project",
    "update_project",
    "write_file",
]

BLANK_RUNEFILE = b"""\
version: 1
image: runicos/base

pipeline:
  number:
    capability: RAW
    outputs:
      - type: F32
        dimensions: [1, 1]

  result:
    out: SERIAL
    inputs:
      - number
"""
"""The Runefile of a project without a template: it runs, and returns its input."""


def create_project(actor: Actor, organisation: Organisation, name: str, template: str | None = None) -> Project:
    """Makes a project, from a template or nearly empty.

    Raises `Forbidden`, `BadName`, `NameTaken` and `UnknownTemplate`.
    """
    if template:
        chosen = find_template(template)
        return create_from_files(actor, organisation, name, chosen.contents(), template=chosen.name)
    return create_from_files(actor, organisation, name, [("Runefile.yml", BLANK_RUNEFILE)])


def create_from_files(
    actor: Actor, organisation: Organisation, name: str, contents: Iterable[tuple[str, bytes]], template: str = ""
) -> Project:
    """Makes a project of these files. Raises `Forbidden`, `BadName`, `NameTaken`, and what `write_file` raises."""
    if not can(actor, Verb.CREATE_PROJECT, organisation):
        raise refusal(actor, Verb.CREATE_PROJECT)
    return _create(actor, organisation, check_project_name(name), store_files(contents), template)


@transaction.atomic
def _create(
    actor: Actor, organisation: Organisation, name: str, stored: tuple[StoredFile, ...], template: str
) -> Project:
    _take_name(organisation, name)
    project = Project.objects.create(organisation=organisation, name=name, created_by=actor.person, template=template)
    with editing(project, actor.pk) as doc:
        seed_files(doc, project, stored)
    write_entry(actor, "project.create", f"project:{project.pk}", name=project.full_name, template=template)
    append_event(organisation.stream, "project.created", {"project": str(project.pk), "name": name}, actor)
    project.refresh_from_db()
    return project


@transaction.atomic
def update_project(
    actor: Actor,
    project: Project,
    *,
    name: str | None = None,
    visibility: str | None = None,
    description: str | None = None,
) -> Project:
    """Renames a project, describes it, or changes who sees it; None leaves a thing as it is.

    After a rename the old name leads to the project until someone takes it. Raises `Forbidden`, `BadName`,
    `NameTaken` and `Invalid`.
    """
    changes: dict[str, str] = {}
    if name is not None and name != project.name:
        require(actor, Verb.DESCRIBE, project)
        name = check_project_name(name)
        _take_name(project.organisation, name)
        FormerProjectName.objects.create(organisation=project.organisation, name=project.name, project=project)
        changes["name"] = name
    if description is not None and description.strip() != project.description:
        require(actor, Verb.DESCRIBE, project)
        description = " ".join(description.split())
        if len(description) > 200:
            raise Invalid("A description has at most 200 characters.", errors={"description": ["At most 200."]})
        changes["description"] = description
    if visibility is not None and visibility != project.visibility:
        require(actor, Verb.MANAGE, project)
        if visibility not in Visibility.values:
            raise Invalid("A project is private or public.", errors={"visibility": ["private or public"]})
        changes["visibility"] = visibility
    if changes:
        former = {field: getattr(project, field) for field in changes}
        for field, value in changes.items():
            setattr(project, field, value)
        project.save(update_fields=list(changes))
        write_entry(actor, "project.update", f"project:{project.pk}", before=former, after=changes)
        append_event(project.stream, "project.changed", {"project": project_summary(project)}, actor)
    else:
        require(actor, Verb.READ, project)
    return project


@transaction.atomic
def delete_project(actor: Actor, project: Project) -> None:
    """Hides a project from everyone; its organisation's owners can restore it. Raises `Forbidden`."""
    require(actor, Verb.MANAGE, project)
    project.deleted_at = timezone.now()
    project.save(update_fields=["deleted_at"])
    write_entry(actor, "project.delete", f"project:{project.pk}", name=project.full_name)
    append_event(project.stream, "project.deleted", {}, actor)
    append_event(project.organisation.stream, "project.deleted", {"project": str(project.pk)}, actor)


@transaction.atomic
def restore_project(actor: Actor, organisation: Organisation, name: str, new_name: str | None = None) -> Project:
    """Brings back the project of this name that was deleted last, under a new name when its own is taken.

    Raises `Forbidden`, `NotFound`, and `NameTaken` when a new name is needed.
    """
    project = (
        Project.objects.deleted_for(actor).filter(organisation=organisation, name=name).order_by("-deleted_at").first()
    )
    if project is None:
        raise NotFound(f"No deleted project of {organisation.name} is called {name}.")
    require(actor, Verb.MANAGE, project)
    wanted = check_project_name(new_name) if new_name else project.name
    _take_name(organisation, wanted)
    project.name, project.deleted_at = wanted, None
    project.save(update_fields=["name", "deleted_at"])
    write_entry(actor, "project.restore", f"project:{project.pk}", name=project.full_name)
    append_event(project.stream, "project.changed", {"project": project_summary(project)}, actor)
    append_event(organisation.stream, "project.restored", {"project": str(project.pk)}, actor)
    return project


def free_name(organisation: Organisation, wished: str) -> str:
    """A name near to the wished one that no project of the organisation has: `digits`, `digits-2`, ..."""
    base = slug(wished)
    try:
        check_project_name(base)
    except Invalid:
        base = f"my-{base}"[:40]
    taken = set(Project.objects.alive().filter(organisation=organisation).values_list("name", flat=True))
    number, name = 2, base
    while name in taken:
        name, number = f"{base[:50]}-{number}", number + 1
    return name


def _take_name(organisation: Organisation, name: str) -> None:
    """Makes sure that a name is free. A former name of another project no longer leads there. Raises `NameTaken`."""
    if Project.objects.alive().filter(organisation=organisation, name=name).exists():
        raise NameTaken(f"{organisation.name} has a project {name} already. Choose another name.")
    FormerProjectName.objects.filter(organisation=organisation, name=name).delete()
