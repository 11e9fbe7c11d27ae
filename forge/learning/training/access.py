"""Finding training runs for a person: unknown and forbidden look the same."""

from __future__ import annotations

from forge.accounts.organisations.access import nothing_here
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.learning.training.models import TrainingRun, TrainingRunQuerySet
from forge.projects.access import require
from forge.projects.models import Project


def runs_of(actor: Actor, project: Project) -> TrainingRunQuerySet:
    """The training runs of a project, newest first. Raises `Forbidden` or `NotFound`."""
    require(actor, Verb.READ, project)
    rows = TrainingRun.objects.visible_to(actor).filter(project=project)
    return rows.select_related("person", "job", "project__organisation").order_by("-number")


def find_run(actor: Actor, project: Project, number: int) -> TrainingRun:
    """A training run of a project. Raises `Forbidden` or `NotFound`."""
    run = runs_of(actor, project).filter(number=number).first()
    if run is None:
        raise nothing_here(actor)
    return run
