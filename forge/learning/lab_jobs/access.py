"""Finding training runs, searches and conversions for a person: unknown and forbidden look the same."""

from __future__ import annotations

from typing import Any, TypeVar

from forge.accounts.access import nothing_here
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.learning.lab_jobs.models import LabJob, LabJobQuerySet
from forge.projects.access import require
from forge.projects.models import Project

J = TypeVar("J", bound=LabJob)


def lab_jobs_of(actor: Actor, project: Project, model: type[J]) -> LabJobQuerySet[J]:
    """Returns those of a project, with the rows that lists show beside them, newest first. Raises `Forbidden` or
    `NotFound`."""
    require(actor, Verb.READ, project)
    return model.beside("person").visible_to(actor).filter(project=project)


def find_among(actor: Actor, rows: LabJobQuerySet[J], **names: Any) -> J:
    """Returns the row that has these values. Raises `Forbidden` or `NotFound`."""
    row = rows.filter(**names).first()
    if row is None:
        raise nothing_here(actor)
    return row
