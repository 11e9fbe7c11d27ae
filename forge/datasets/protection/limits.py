"""The limits of how often a person's runes are run in a day on samples that this person may not play.

A result tells a little of each sample, as its answer is one of a few labels. A person who may not play a recording
could read it bit by bit from many runes.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from forge.accounts.models import User
from forge.accounts.quotas.limits import QuotaResource, limit_of, locked
from forge.core.actors import Actor
from forge.datasets.errors import TooManyProtectedRuns
from forge.datasets.models import DataSet, ProtectedRun, SampleQuerySet
from forge.datasets.playing import playable
from rune.wording import counted

DAY = timedelta(days=1)


def protected_runs_of(person: User) -> int:
    """Returns how many there were in the last day."""
    return ProtectedRun.objects.filter(person=person, created__gt=timezone.now() - DAY).count()


@transaction.atomic
def count_run(job: UUID, actor: Actor | None, data_set: DataSet, samples: SampleQuerySet) -> None:
    """Counts a job that runs a rune on samples, where the person who asked for it may not play all of them. Raises
    `TooManyProtectedRuns` where that person had as many runs in the last day as there may be."""
    person = None if actor is None else actor.person
    if not samples.exclude(_plays(actor)).exists() or ProtectedRun.objects.filter(job=job).exists():
        return
    if person is not None:
        locked(person)
    since = timezone.now() - DAY
    limit = limit_of("user" if person is None else person.stream, QuotaResource.PROTECTED_RUNS)
    runs = ProtectedRun.objects.filter(person=person, created__gt=since)
    # Those that nobody asked for count for the data set.
    if (runs if person is not None else runs.filter(data_set=data_set)).count() >= limit:
        raise TooManyProtectedRuns(
            f"A person's runes run at most {counted(limit, 'time')} a day on recordings which that person may not "
            "play. Ask somebody who may play them to build, or try again tomorrow.",
            int(DAY.total_seconds()),
        )
    ProtectedRun.objects.filter(person=person, created__lte=since).delete()
    ProtectedRun.objects.create(job=job, data_set=data_set, person=person)


def _plays(actor: Actor | None) -> Q:
    is_open = Q(consent__is_restricted=False, data_set__is_restricted=False)
    return is_open if actor is None else playable(actor)
