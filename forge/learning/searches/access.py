"""Finding searches for a person: unknown and forbidden look the same."""

from __future__ import annotations

from forge.accounts.access import nothing_here
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.learning.searches.models import ModelSearch, ModelSearchQuerySet, SearchTrial
from forge.projects.access import require
from forge.projects.models import Project


def searches_of(actor: Actor, project: Project) -> ModelSearchQuerySet:
    """The searches of a project, newest first. Raises `Forbidden` or `NotFound`."""
    require(actor, Verb.READ, project)
    rows = ModelSearch.objects.visible_to(actor).filter(project=project)
    return rows.select_related("person", "project__organisation", "data_version__data_set").order_by("-number")


def find_search(actor: Actor, project: Project, number: int) -> ModelSearch:
    """A search of a project. Raises `Forbidden` or `NotFound`."""
    search = searches_of(actor, project).filter(number=number).first()
    if search is None:
        raise nothing_here(actor)
    return search


def find_trial(actor: Actor, search: ModelSearch, number: int) -> SearchTrial:
    """A trial of a search that the person may read. Raises `NotFound`."""
    trial = search.rows.filter(number=number).first()
    if trial is None:
        raise nothing_here(actor)
    return trial
