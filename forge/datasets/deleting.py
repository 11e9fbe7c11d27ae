"""The right to delete samples: the person who gave them has it, and those who manage the project.

Test samples that a saved version has are deleted by their person and by owners.
"""

from __future__ import annotations

from django.db.models import Count

from forge.accounts.access import nothing_here
from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.datasets.models import Sample, SampleQuerySet
from forge.projects.access import require
from forge.projects.models import Project


def may_delete(actor: Actor, sample: Sample) -> bool:
    """Returns whether the actor, who can see a sample, may delete it.

    Its consent, data set and project should be loaded.
    """
    verb = Verb.MANAGE if sample.tested_since is None else Verb.CHANGE_TESTS
    is_own = actor.pk is not None and sample.consent.person_id == actor.pk
    return is_own or can(actor, verb, sample.consent.data_set.project)


def require_delete(actor: Actor, project: Project, samples: SampleQuerySet) -> None:
    """Raises `NotFound` unless the actor gave all these samples or manages the project. Raises `Forbidden` unless the
    actor gave those of them that a saved version tests on, or owns the project.

    The caller holds the lock of the data set, so that no version is saved meanwhile. One query.
    """
    others = samples if actor.pk is None else samples.exclude(consent__person=actor.pk)
    counts = others.aggregate(all=Count("pk"), tested=Count("tested_since"))
    if counts["all"] and not can(actor, Verb.MANAGE, project):
        raise nothing_here(actor)
    if counts["tested"]:
        require(actor, Verb.CHANGE_TESTS, project)
