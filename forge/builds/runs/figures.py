"""The state of builds and previews in figures for operators. Names no project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Min
from django.utils import timezone

from forge.builds.models import Preview, PreviewState
from forge.builds.runs.quotas import KIND
from forge.jobs.models import Job, JobState, WorkerCapability

RECENT = timedelta(minutes=15)
"""The period over which waits and durations are measured."""


@dataclass(frozen=True)
class BuildFigures:
    """Builds of the whole installation; seconds. Waits and durations are of builds that began or ended recently."""

    by_state: Mapping[str, int]
    oldest_wait: float
    """How long the build that waits longest has waited; 0 where none waits."""
    wait_times: tuple[float, ...]
    durations: tuple[float, ...]
    previews: Mapping[str, int]


def build_figures(now: datetime | None = None) -> BuildFigures:
    """The figures of this moment."""
    now = now or timezone.now()
    jobs = Job.objects.filter(kind=KIND)
    counts = dict(jobs.order_by().values_list("state").annotate(count=Count("pk")))
    oldest = jobs.filter(state=JobState.QUEUED).aggregate(at=Min("created"))["at"]
    since = now - RECENT
    first_attempts = jobs.filter(started__gt=since, spent=timedelta())
    waiting_times = first_attempts.values_list(F("started") - F("created"), flat=True)
    durations = jobs.filter(finished__gt=since, started__isnull=False)
    previews = dict(Preview.objects.order_by().values_list("state").annotate(count=Count("pk")))
    return BuildFigures(
        by_state={str(state): counts.get(state, 0) for state in JobState.values},
        oldest_wait=(now - oldest).total_seconds() if oldest else 0.0,
        wait_times=tuple(each.total_seconds() for each in waiting_times),
        durations=tuple(
            each.total_seconds() for each in durations.values_list(F("finished") - F("started"), flat=True)
        ),
        previews={str(state): previews.get(state, 0) for state in PreviewState.values},
    )


def stuck_for(now: datetime | None = None) -> timedelta | None:
    """Returns how long a build has waited although no worker works, or one worked on without its lease; None if none
    did.

    A worker renews its lease every few seconds, so one that does not is dead or stuck.
    """
    now = now or timezone.now()
    # A worker that builds nothing at the moment may be at a package or at firmware.
    running = Job.objects.filter(capability=WorkerCapability.BUILD, state=JobState.RUNNING)
    lost: datetime | None = running.aggregate(at=Min("lease_until"))["at"]
    if lost is not None and lost < now:
        return now - lost
    if lost is not None:
        return None
    queued_jobs = Job.objects.filter(kind=KIND, state=JobState.QUEUED)
    oldest: datetime | None = queued_jobs.aggregate(at=Min("created"))["at"]
    return now - oldest if oldest else None
