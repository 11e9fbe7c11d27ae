"""Finding imports for a person: unknown and forbidden look the same."""

from __future__ import annotations

from uuid import UUID

from forge.accounts.access import nothing_here
from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.datasets.models import DataImport, DataImportQuerySet
from forge.projects.access import require
from forge.projects.models import Project


def imports_of(actor: Actor, project: Project) -> DataImportQuerySet:
    """The imports into a project's data, newest first. Raises `Forbidden` or `NotFound`."""
    require(actor, Verb.READ, project)
    imports = DataImport.objects.visible_to(actor).filter(data_set__project=project)
    return imports.select_related("person", "consent", "data_set__project__organisation").order_by("-created")


def find_import(actor: Actor, project: Project, import_id: UUID) -> DataImport:
    """An import into a project's data. Raises `Forbidden` or `NotFound`."""
    row = imports_of(actor, project).filter(pk=import_id).first()
    if row is None:
        raise nothing_here(actor)
    return row


def may_send(actor: Actor, row: DataImport) -> bool:
    """Returns whether the person may send and start the import: its recordings are added under their own consent."""
    is_sender = actor.pk is not None and actor.pk == row.person_id == row.consent.person_id
    return is_sender and can(actor, Verb.EDIT, row.data_set.project)


def may_discard(actor: Actor, row: DataImport) -> bool:
    """Returns whether the person may delete the import: they began it, or maintain the project."""
    return may_send(actor, row) or can(actor, Verb.MANAGE, row.data_set.project)
