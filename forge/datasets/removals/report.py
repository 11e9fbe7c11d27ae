"""The report of a removal: whether the bytes are gone, which copies left the server, and what learned from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.datasets.hooks import Learner, find_learners
from forge.datasets.models import DataCopy, DataVersion, Sample, SampleRemoval
from forge.datasets.removals.access import scope_of
from forge.datasets.versions.contents import entries_of
from forge.datasets.versions.copies import copies_with


@dataclass(frozen=True)
class RemovalReport:
    """A removal, for a person."""

    removal: SampleRemoval
    remaining: int
    """Samples whose bytes are not yet gone from the disk."""
    versions: Sequence[DataVersion]
    """The versions that have tombstones of it, the oldest first."""
    copies: Sequence[DataCopy]
    """Exports and pulls that may have the recordings, the newest first."""
    learners: Sequence[Learner]
    """The runs, conversions, builds and deployments that learned from them, of projects that the person may read."""
    hidden_count: int
    """How many more there are in projects that the person may not read."""

    @property
    def backups_until(self) -> datetime | None:
        """The time from which on no backup has the recordings; None where the operator does not say how long backups
        are kept."""
        return backups_until(self.removal.created)


def backups_until(removal_time: datetime) -> datetime | None:
    """Returns the time from which on no backup has what was deleted at this time; None where the operator does not
    say."""
    return removal_time + timedelta(days=settings.BACKUP_DAYS) if settings.BACKUP_DAYS else None


def report_of(actor: Actor, removal: SampleRemoval) -> RemovalReport:
    """All about a removal of a project that the person may read."""
    scope = scope_of(removal)
    numbers = frozenset(scope.numbers)
    learners = find_learners(scope)
    visible_learners = [each for each in learners if can(actor, Verb.READ, each.project)]
    versions = DataVersion.objects.filter(data_set=removal.data_set_id, created__lte=removal.created).order_by("number")
    return RemovalReport(
        removal,
        remaining=Sample.objects.filter(removal=removal, erased=None).count(),
        versions=[each for each in versions if any(entry.number in numbers for entry in entries_of(each))],
        copies=copies_with(removal.data_set_id, scope.numbers, removal.created),
        learners=visible_learners,
        hidden_count=len(learners) - len(visible_learners),
    )
