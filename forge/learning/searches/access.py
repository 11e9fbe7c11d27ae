"""Finding searches for a person: unknown and forbidden look the same."""

from __future__ import annotations

from forge.accounts.access import nothing_here
from forge.core.actors import Actor
from forge.learning.lab_jobs.access import find_among, lab_jobs_of
from forge.learning.lab_jobs.models import LabJobQuerySet
from forge.learning.searches.models import ModelSearch, SearchTrial
from forge.projects.models import Project


def searches_of(actor: Actor, project: Project) -> LabJobQuerySet[ModelSearch]:
    """The searches of a project, newest first. Raises `Forbidden` or `NotFound`."""
    return lab_jobs_of(actor, project, ModelSearch).order_by("-number")


def find_search(actor: Actor, project: Project, number: int) -> ModelSearch:
    """A search of a project. Raises `Forbidden` or `NotFound`."""
    return find_among(actor, searches_of(actor, project), number=number)


def find_trial(actor: Actor, search: ModelSearch, number: int) -> SearchTrial:
    """A trial of a search that the person may read. Raises `NotFound`."""
    trial = search.rows.filter(number=number).first()
    if trial is None:
        raise nothing_here(actor)
    return trial
