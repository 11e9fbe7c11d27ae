"""Finding removals, and what they were about."""

from __future__ import annotations

from uuid import UUID

from forge.accounts.access import nothing_here
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.datasets.hooks import SampleScope
from forge.datasets.models import Sample, SampleRemoval, SampleRemovalQuerySet
from forge.projects.access import require
from forge.projects.models import Project


def removals_of(actor: Actor, project: Project) -> SampleRemovalQuerySet:
    """The removals of a project's samples, newest first. Raises `Forbidden` or `NotFound`."""
    require(actor, Verb.READ, project)
    return SampleRemoval.objects.visible_to(actor).filter(data_set__project=project).order_by("-created")


def find_removal(actor: Actor, project: Project, removal_id: UUID) -> SampleRemoval:
    """Returns a removal. Raises `Forbidden` or `NotFound`."""
    removal = removals_of(actor, project).filter(pk=removal_id).first()
    if removal is None:
        raise nothing_here(actor)
    return removal


def scope_of(removal: SampleRemoval) -> SampleScope:
    """The samples that were removed."""
    rows = Sample.objects.filter(removal=removal).order_by("number")
    return SampleScope(removal.data_set_id, list(rows.values_list("number", flat=True)))
