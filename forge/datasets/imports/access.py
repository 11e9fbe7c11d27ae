"""Finding imports for a person: unknown and forbidden look the same."""

from __future__ import annotations

from uuid import UUID

from forge.accounts.organisations.access import nothing_here
from forge.accounts.permissions import Verb
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
