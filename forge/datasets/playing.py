"""The right to play a sample: hear, see, draw or download it. Training and testing on it is another right.

Whatever gives the bytes of a sample to a person, or a picture of them, asks here. The rule is written twice, for a row
and for a query, and a test compares both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from forge.accounts.permissions import Verb, can, projects_where
from forge.core.actors import Actor
from forge.core.preconditions import Facet, Precondition, require_precondition
from forge.datasets.actions import DataSetChange
from forge.datasets.errors import PlayingRefused
from forge.datasets.models import Consent, DataSet, Sample, Submission
from forge.projects.access import require
from forge.projects.models import Project


def playing_facets(is_restricted: bool) -> tuple[Facet, ...]:
    """Returns the facets of a project's data that a choice of who plays samples replaces."""
    who = "Those who manage the project" if is_restricted else "All who read the project"
    return (Facet("playing", is_restricted, f"{who} play its samples now."),)


def restrict_playing(actor: Actor, project: Project, *, is_restricted: bool, precondition: Precondition = None) -> None:
    """Lets only those who manage a project play its samples, besides the person who gave one; or everyone who reads it.
    `precondition` is the choice that the caller read.

    Samples whose person read that only those who manage the project play them stay restricted until that person agrees
    to other terms. Raises `Forbidden`, `NotFound` or `Stale`.
    """
    require(actor, Verb.MANAGE, project)
    data_set, _ = DataSet.objects.get_or_create(project=project)
    with (change := DataSetChange(data_set.pk)) as locked_data_set:
        require_precondition(playing_facets(locked_data_set.is_restricted), precondition)
        if locked_data_set.is_restricted == is_restricted:
            return
        DataSet.objects.filter(pk=locked_data_set.pk).update(is_restricted=is_restricted)
        change.note(actor, "data.restrict" if is_restricted else "data.open")


def may_play(actor: Actor, recording: Sample | Submission) -> bool:
    """Returns whether a person who found a recording may play it.

    The person who gave it and those who manage the project may play it. Of test samples that a saved version has, only
    that person and owners may. Everyone else may, unless the data set or the terms that the person read restrict it.
    The recording is loaded with its consent, data set and project.
    """
    consent = recording.consent
    if not (consent.is_restricted or consent.data_set.is_restricted):
        return True
    is_tested = isinstance(recording, Sample) and recording.tested_since is not None
    verb = Verb.PLAY_TESTS if is_tested else Verb.PLAY
    return _gave(actor, consent) or can(actor, verb, consent.data_set.project)


def playable(actor: Actor) -> Q:
    """The same as a condition on samples."""
    is_open = Q(consent__is_restricted=False, data_set__is_restricted=False)
    own = Q(consent__person=actor.pk) if actor.pk is not None and actor.restriction is None else Q(pk=None)
    tests = Q(tested_since=None) | _in_projects_where(actor, Verb.PLAY_TESTS)
    return is_open | own | _in_projects_where(actor, Verb.PLAY) & tests


def require_play(actor: Actor, recording: Sample | Submission) -> None:
    """Raises `PlayingRefused` for who may train and test on a recording, and not play it."""
    if not may_play(actor, recording):
        raise PlayingRefused(refusal_of(recording.consent.data_set.project))


def refusal_of(project: Project) -> str:
    """The sentence for somebody who may not play samples of a project."""
    return (
        f"Only those who manage {project.full_name} play this, and only owners play test samples. "
        "You may train and test on it, and see figures."
    )


@dataclass(frozen=True)
class ListedSample:
    """A sample of a list, and whether its reader may play it."""

    sample: Sample
    is_playable: bool


def listed_samples(actor: Actor, samples: Iterable[Sample]) -> tuple[ListedSample, ...]:
    """Samples, in their order, each with whether the person may play it."""
    return tuple(ListedSample(sample, may_play(actor, sample)) for sample in samples)


def _in_projects_where(actor: Actor, verb: Verb) -> Q:
    return Q(data_set__project__in=Project.objects.filter(projects_where(actor, verb)))


def _gave(actor: Actor, consent: Consent) -> bool:
    """Returns whether it is the person's own, in person or by a token that is restricted to nothing."""
    return actor.pk is not None and actor.restriction is None and consent.person_id == actor.pk
