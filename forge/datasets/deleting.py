"""Who may delete samples: the person who gave them, those who manage the project, and of the samples that accuracy was
computed on owners alone."""

from __future__ import annotations

from forge.accounts.organisations.access import nothing_here
from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.datasets.models import Sample, SampleQuerySet
from forge.projects.access import require
from forge.projects.models import Project


def may_delete(actor: Actor, sample: Sample) -> bool:
    """Whether somebody who found a sample may delete it. It comes with its consent, and that with data set
    and project."""
    verb = Verb.MANAGE if sample.tested_since is None else Verb.CHANGE_TESTS
    is_own = actor.pk is not None and sample.consent.person_id == actor.pk
    return is_own or can(actor, verb, sample.consent.data_set.project)


def require_delete(actor: Actor, project: Project, samples: SampleQuerySet) -> None:
    """Raises `NotFound` where the person neither gave all these samples nor manages the project, and `Forbidden` where
    one that another person gave is a test sample of a saved version and the person is no owner.

    The data set is locked: no version is saved meanwhile.
    """
    others = samples if actor.pk is None else samples.exclude(consent__person=actor.pk)
    if not others.exists():
        return
    if not can(actor, Verb.MANAGE, project):
        raise nothing_here(actor)
    if others.filter(tested_since__isnull=False).exists():
        require(actor, Verb.CHANGE_TESTS, project)
