"""A job from the queue to its end: enqueueing, whose job is next, and what a worker writes under its lease.

The mechanism of leases is `forge.core.database.leases`, the order is `forge.compute.scheduler.fair_order`. Actions of
the apps above check permissions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import (
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from forge.compute.scheduler.fair_order import RecentJobs, Waiting, fair_order
from forge.compute.scheduler.slots import Party
from forge.core.blobs.links import links_of, links_of_all
from forge.core.database.leases import Lease, expired, revoke
from forge.core.database.wrong_clock import ahead, has_come
from forge.core.events.log import append_event
from forge.jobs.announcements import JOB_CHANGED, jobs_stream
from forge.jobs.kinds import JobKind, kind_of, kinds
from forge.jobs.log import NewLogLine, append_log
from forge.jobs.models import UNFINISHED_STATES, Job, JobState
from forge.jobs.titles import title_of
from forge.projects.models import Project
from rune.compiler.building.spec import canonical_digest

RECENT = timedelta(minutes=10)
"""A job that was begun longer ago does not make its organisation wait."""
DELETED_AT_ONCE = 500
"""Old jobs that are deleted in one transaction."""
_PARTY = ("organisation", "requested_by", "by_program")


@dataclass(frozen=True)
class JobLease:
    """The right to work on a job."""

    lease: Lease
    job: Job
    party: Party


@transaction.atomic
def enqueue(
    kind: JobKind, organisation: UUID, spec: Mapping[str, Any], *, party: Party, project: Project | None, key: str = ""
) -> Job:
    """Queues a job; returns the unfinished one of the same spec where there is one. Workers are woken by the caller."""
    digest = canonical_digest(dict(spec))
    same = Job.objects.unfinished().filter(kind=kind.name, organisation=organisation, spec_digest=digest)
    if (job := same.first()) is not None:
        return job
    job = create_job(kind, organisation, spec, party=party, project=project, key=key)
    announce(job)
    return job


def create_job(
    kind: JobKind,
    organisation: UUID,
    spec: Mapping[str, Any],
    *,
    party: Party,
    project: Project | None,
    key: str = "",
    required_job: Job | None = None,
) -> Job:
    """Stores a job that waits. The caller stores what belongs to it, and calls `announce`, in the same transaction."""
    return Job.objects.create(
        kind=kind.name,
        capability=kind.capability,
        organisation_id=organisation,
        project=project,
        requested_by_id=party.member,
        by_program=party.is_program,
        agent=party.agent,
        spec=dict(spec),
        spec_digest=canonical_digest(dict(spec)),
        exclusive=key,
        required_job=required_job,
    )


def announce(job: Job) -> None:
    """Tells of the state of a job within the transaction that changed it."""
    # A project's stream comes before the organisation's jobs, here and everywhere: both are locked until the end.
    kind_of(job.kind).on_change(job)
    announce_name(job)


def announce_name(job: Job) -> None:
    """Tells who follows an organisation's jobs that one is called otherwise, within the transaction that changed it."""
    append_event(jobs_stream(job.organisation_id), JOB_CHANGED(job=str(job.pk), state=job.state))


def _announce_change(job: Job) -> None:
    """The same for a row that a statement changed."""
    job.refresh_from_db()
    announce(job)


NEEDS_NOTHING = Q(required_job=None) | Q(required_job__state=JobState.SUCCEEDED)
"""Selects jobs that wait for no other job, or no longer."""


def _anyone(party: Party) -> bool:
    return True


@transaction.atomic
def take(
    capabilities: Collection[str],
    now: datetime | None = None,
    *,
    may_take: Callable[[Party], bool] = _anyone,
    worker: str = "",
) -> JobLease | None:
    """Leases the job that is next to a `worker` with these capabilities, of a party that it may take one of; else None.

    Of one party's jobs those with fewer attempts go first, so that one whose workers die does not hold up the others.
    """
    now = now or timezone.now()
    same_key = Job.objects.filter(state=JobState.RUNNING, exclusive=OuterRef("exclusive"))
    queued_jobs = Job.objects.filter(state=JobState.QUEUED)
    ready = queued_jobs.filter(
        Q(exclusive="") | ~Exists(same_key),
        NEEDS_NOTHING,
        has_come("due", now),
        capability__in=capabilities,
        paused=False,
    )
    while waiting := _waiting(ready):
        parties = [one.party for one in fair_order(waiting, recent_jobs(now)) if may_take(one.party)]
        if not parties:
            return None
        party = parties[0]
        own = ready.filter(organisation=party.organisation, requested_by=party.member, by_program=party.is_program)
        job = own.order_by("attempt", "created").first()
        if job is None:
            continue  # another worker took it meanwhile
        values = {
            "state": JobState.RUNNING,
            "attempt": F("attempt") + 1,
            "started": now,
            "worker": worker,
            "activity": "",
        }
        if lease := Lease.take(queued_jobs, job, now + kind_of(job.kind).lease, **values):
            _announce_change(job)
            return JobLease(lease, job, party)
    return None


def _waiting(ready: QuerySet[Job]) -> list[Waiting]:
    rows = ready.order_by().values_list(*_PARTY).annotate(since=Min("created"))
    return [Waiting(Party(*party), since) for *party, since in rows]


def recent_jobs(now: datetime) -> list[RecentJobs]:
    """Returns the recent usage of each party, of all organisations."""
    recent = Q(started__gt=now - RECENT, started__lt=now + RECENT)  # later ones are of a clock that was ahead
    jobs = Job.objects.filter(Q(state=JobState.RUNNING) | recent, started__isnull=False)
    rows = jobs.order_by().values_list(*_PARTY)
    counts = rows.annotate(running=Count("pk", filter=Q(state=JobState.RUNNING)), begun=Max("started"))
    return [RecentJobs(Party(*party), running, min(begun, now)) for *party, running, begun in counts]


@transaction.atomic
def renew(
    lease: JobLease,
    lines: Sequence[NewLogLine] = (),
    progress: Mapping[str, float | str] | None = None,
    now: datetime | None = None,
) -> None:
    """Extends the lease, with the lines and the progress since the last time. Raises `LeaseLost`."""
    lease.lease.write(lease_until=(now or timezone.now()) + kind_of(lease.job.kind).lease, **(progress or {}))
    append_log(lease.job, lines)


@transaction.atomic
def finish(
    lease: JobLease,
    state: JobState,
    *,
    result: Mapping[str, Any] | None = None,
    error: str = "",
    lines: Sequence[NewLogLine] = (),
) -> None:
    """Ends the job. Raises `LeaseLost`, and then nothing is written."""
    # A job that succeeded has no use for its checkpoint; a retry of another goes on from it.
    values: dict[str, Any] = {"progress": 1.0, "checkpoint": None} if state == JobState.SUCCEEDED else {}
    lease.lease.end(
        state=state,
        result=None if result is None else dict(result),
        error=error,
        finished=timezone.now(),
        activity="",
        **values,
    )
    if state == JobState.SUCCEEDED:
        links_of(lease.job).delete()
    append_log(lease.job, lines)
    _announce_change(lease.job)
    if state != JobState.SUCCEEDED:
        _end_dependents(lease.job)


def _end_dependents(job: Job) -> None:
    """Ends the jobs that wait for one that ended without success, and those that wait for them."""
    state = JobState.CANCELLED if job.state == JobState.CANCELLED else JobState.FAILED
    for waiting in job.dependents.filter(state=JobState.QUEUED):
        text = f"{title_of(job).text} {_ENDS[JobState(job.state)]}. It is needed for this."
        if revoke(
            Job.objects.filter(pk=waiting.pk, state=JobState.QUEUED), state=state, error=text, finished=timezone.now()
        ):
            append_log(waiting, [NewLogLine(text, "error")])
            _announce_change(waiting)
            _end_dependents(waiting)


_ENDS = {JobState.FAILED: "failed", JobState.CANCELLED: "was cancelled", JobState.LOST: "was lost"}
"""The ends of a job without success."""


def _revive_dependents(job: Job) -> None:
    """Queues jobs again that were ended because this one had ended."""
    ended_jobs = job.dependents.filter(started=None, state__in=(JobState.FAILED, JobState.CANCELLED)).exclude(error="")
    for waiting in ended_jobs:
        if revoke(Job.objects.filter(pk=waiting.pk), state=JobState.QUEUED, error="", finished=None):
            _announce_change(waiting)
            _revive_dependents(waiting)


def _attempt_ended(at: datetime | F) -> dict[str, Any]:
    """The values of a job that waits again: its attempt's time is added to that of the earlier ones, so that no time of
    a quota is given back, and none counts in which it waited."""
    end = Value(at, DateTimeField()) if isinstance(at, datetime) else at
    ran = Coalesce(ExpressionWrapper(end - F("started"), DurationField()), _NO_TIME)
    return {"spent": F("spent") + Greatest(ran, _NO_TIME), "started": None}


_NO_TIME = Value(timedelta(), DurationField())


@transaction.atomic
def put_back(
    lease: JobLease,
    lines: Sequence[NewLogLine],
    *,
    counts: bool,
    wait: timedelta = timedelta(),
    paused: bool = False,
    reason: str = "",
) -> None:
    """Queues the job again, to be started after `wait`, or when it is resumed; `counts` says whether the attempt does,
    and `reason` why it waits. Raises `LeaseLost`."""
    attempt = F("attempt") if counts else F("attempt") - 1
    now = timezone.now()
    values = {"attempt": attempt, "due": now + wait, "paused": paused, "activity": reason} | _attempt_ended(now)
    lease.lease.end(state=JobState.QUEUED, **values)
    append_log(lease.job, lines)
    _announce_change(lease.job)


@transaction.atomic
def cancel(job: Job, by: str) -> bool:
    """Ends a job that waits or runs; its worker finds its lease lost within a second. Returns whether it was
    unfinished."""
    unfinished_jobs = Job.objects.unfinished().filter(pk=job.pk)
    if not revoke(unfinished_jobs, state=JobState.CANCELLED, finished=timezone.now(), activity="", paused=False):
        return False
    append_log(job, [NewLogLine(f"{by} cancelled the {kind_of(job.kind).noun}.", "warning")])
    _announce_change(job)
    _end_dependents(job)
    return True


@transaction.atomic
def restart(job: Job, reason: str) -> bool:
    """Takes a job from its worker, which finds its lease lost within a second, and queues it again: what it works with
    must not be used any more. The attempt does not count. Returns whether the job was running."""
    running = Job.objects.filter(pk=job.pk, state=JobState.RUNNING)
    values = {"attempt": F("attempt") - 1, "activity": ""} | _attempt_ended(timezone.now())
    if not revoke(running, state=JobState.QUEUED, **values):
        return False
    append_log(job, [NewLogLine(reason, "warning")])
    _announce_change(job)
    return True


def pause(jobs: QuerySet[Job]) -> None:
    """Holds back those of the jobs that wait."""
    jobs.filter(state=JobState.QUEUED).update(paused=True)


def resume(jobs: QuerySet[Job]) -> None:
    """Lets jobs go on that were paused."""
    jobs.filter(paused=True).update(paused=False)


RETRIABLE = (JobState.FAILED, JobState.CANCELLED, JobState.LOST)
"""A job in one of these states can be retried."""


@transaction.atomic
def retry(job: Job, by: str, states: Collection[str] = RETRIABLE) -> bool:
    """Queues a job again that ended in one of these states; it goes on from its checkpoint. Returns whether it could
    be."""
    ended_jobs = Job.objects.filter(pk=job.pk, state__in=states)
    values = _attempt_ended(F("finished")) | {
        "attempt": 0,
        "due": timezone.now(),
        "finished": None,
        "progress": 0.0,
        "error": "",
        "paused": False,
    }
    if not revoke(ended_jobs, state=JobState.QUEUED, **values):
        return False
    append_log(job, [NewLogLine(f"{by} started the {kind_of(job.kind).noun} again.")])
    _announce_change(job)
    _revive_dependents(job)
    return True


@transaction.atomic
def sweep(now: datetime | None = None) -> tuple[UUID, ...]:
    """Queues jobs again whose worker did not renew its lease, or marks them lost; returns those that are queued."""
    now = now or timezone.now()
    queued_ids = []
    # Every worker sweeps: a row that one of them has locked, the others skip.
    rows = Job.objects.filter(expired(now), state=JobState.RUNNING).select_for_update(skip_locked=True, of=("self",))
    for job in rows:
        attempts, noun = kind_of(job.kind).attempts, kind_of(job.kind).noun
        attempt_values = _attempt_ended(now if job.lease_until is None else min(job.lease_until, now))
        if job.attempt >= attempts:
            text = f"The worker stopped answering {attempts} times. The {noun} failed. Retry it."
            revoke(
                Job.objects.filter(pk=job.pk),
                state=JobState.LOST,
                error=text,
                finished=now,
                activity="",
                **attempt_values,
            )
            append_log(job, [NewLogLine(text, "error")])
            _announce_change(job)
            _end_dependents(job)
            continue
        text = f"The worker stopped answering. The {noun} starts again, attempt {job.attempt + 1} of {attempts}."
        revoke(Job.objects.filter(pk=job.pk), state=JobState.QUEUED, activity="", **attempt_values)
        append_log(job, [NewLogLine(text, "warning")])
        _announce_change(job)
        queued_ids.append(job.pk)
    return tuple(queued_ids)


def delete_old(now: datetime | None = None) -> None:
    """Deletes jobs that ended, or were paused, longer ago than their kinds are kept."""
    now = now or timezone.now()
    late = Job.objects.filter(ahead("finished", now))  # while the clock was ahead: they would stay for years
    late.exclude(started=None).update(started=now, finished=now)
    late.update(finished=now)
    Job.objects.filter(ahead("created", now), paused=True).update(created=now)
    for kind in kinds():
        if kind.retention is None:
            continue
        begin = now - kind.retention
        is_ended = Q(finished__lt=begin) & ~Q(state__in=UNFINISHED_STATES)
        old = Job.objects.filter(is_ended | Q(paused=True, created__lt=begin), kind=kind.name)
        # A few at a time: each is a short transaction, and their logs go with them.
        while ids := list(old.values_list("pk", flat=True)[:DELETED_AT_ONCE]):
            with transaction.atomic():
                links_of_all(Job.objects.filter(pk__in=ids)).delete()
                Job.objects.filter(pk__in=ids).delete()
