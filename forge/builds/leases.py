"""A numbered build from the queue to its end: who works on it next, and what a worker writes under its lease.

The mechanism is `forge.core.leases`. When a worker lost the build, each of these raises `LeaseLost`, and it stops.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils import timezone

from forge.builds.access import packages_for_reading
from forge.builds.announcements import BUILD_CHANGED, BUILD_LOG
from forge.builds.models import Artefact, Build, BuildLogLine, BuildPackage, Kind, State
from forge.builds.serializers import build_to_json, log_line_to_json
from forge.compute.scheduler.slots import Party
from forge.core.events.log import append_event
from forge.core.leases import Lease, expired, revoke
from forge.jobs.order import RecentJobs, Waiting, fair_order
from forge.jobs.queue import announce as announce_job

LEASE = timedelta(seconds=10)
"""The duration of a lease."""
REMEMBERED = timedelta(minutes=10)
"""A build that was begun longer ago does not make its organisation wait."""
ATTEMPTS = 10
"""Attempts before a build counts as lost. A worker that dies of something else takes a build along: where one is killed
every five seconds, three builds of a thousand see five of them. What a build itself does wrong ends its compiler's
process, which counts for itself."""
LOG_LIMIT = 2_000
"""Lines of one build's log."""
LINE_LIMIT = 2_000
"""Characters of one line."""


@dataclass(frozen=True)
class BuildLease:
    """The right to work on a build."""

    lease: Lease
    attempt: int
    party: Party
    """On whose behalf it is built."""

    @property
    def build_id(self) -> UUID:
        """The build's id."""
        return cast(UUID, self.lease.key)

    @property
    def fence(self) -> int:
        """The number with which this worker writes."""
        return self.lease.fence


@dataclass(frozen=True)
class Line:
    """A line for a build's log. `level` is "info", "warning" or "error"."""

    step: str
    text: str
    milliseconds: float | None = None
    level: str = "info"


@dataclass(frozen=True)
class Outcome:
    """How a build ended. A success has an artefact; a failure says why in `error`."""

    state: State
    artefact: Artefact | None = None
    diagnostics: Sequence[object] = ()
    error: str = ""


def _anyone(party: Party) -> bool:
    return True


@transaction.atomic
def take(now: datetime | None = None, *, may_take: Callable[[Party], bool] = _anyone) -> BuildLease | None:
    """Leases the build that is next to this worker, of a party that it may take one of; None when there is none.

    `forge.jobs.order.fair_order` is the order; of one party's builds those with fewer attempts go first, so that one
    whose workers die does not take all of them along. A build of a version that is being built waits, for it will
    reuse what comes of that.
    """
    now = now or timezone.now()
    running = Build.objects.filter(kind=Kind.NUMBERED, state=State.RUNNING)
    waiting = Build.objects.filter(kind=Kind.NUMBERED, state=State.QUEUED).exclude(
        Exists(running.filter(version=OuterRef("version")))
    )
    while parties := [one for one in fair_order(_parties_of(waiting), recent_builds(now)) if may_take(one.party)]:
        party = parties[0].party
        build = waiting.filter(
            project__organisation=party.organisation, requested_by=party.member, by_program=party.is_program
        ).earliest("attempt", "created", "number")
        if lease := _lease(build, party, now):
            return lease
    return None


_PARTY = ("project__organisation", "requested_by", "by_program")


def _parties_of(waiting: QuerySet[Build]) -> list[Waiting]:
    rows = waiting.order_by().values_list(*_PARTY).annotate(since=Min("created"))
    return [Waiting(Party(*party), since) for *party, since in rows]


def recent_builds(now: datetime) -> list[RecentJobs]:
    """What each party built recently, of all organisations."""
    numbered = Build.objects.filter(kind=Kind.NUMBERED, started__isnull=False)
    recent = numbered.filter(Q(state=State.RUNNING) | Q(started__gt=now - REMEMBERED))
    rows = recent.order_by().values_list(*_PARTY)
    counted = rows.annotate(running=Count("pk", filter=Q(state=State.RUNNING)), begun=Max("started"))
    return [RecentJobs(Party(*party), running, begun) for *party, running, begun in counted]


def _lease(build: Build, party: Party, now: datetime) -> BuildLease | None:
    queued = Build.objects.filter(state=State.QUEUED)
    values = {"state": State.RUNNING, "attempt": F("attempt") + 1, "started": build.started or now}
    lease = Lease.take(queued, build, now + LEASE, **values)
    if lease is None:
        return None
    build.refresh_from_db()
    announce(build)
    return BuildLease(lease, build.attempt, party)


def renew(lease: BuildLease, now: datetime | None = None) -> None:
    """Extends the lease. Raises `LeaseLost`."""
    lease.lease.renew((now or timezone.now()) + LEASE)


@transaction.atomic
def write_log(lease: BuildLease, lines: Sequence[Line], now: datetime | None = None) -> None:
    """Appends lines to the build's log, in one transaction, and renews the lease. Raises `LeaseLost`."""
    renew(lease, now)
    append_log(Build.objects.select_related("project").get(pk=lease.build_id), lines)


@transaction.atomic
def finish(lease: BuildLease, outcome: Outcome, lines: Sequence[Line] = (), now: datetime | None = None) -> Build:
    """Ends the build, with its last lines. Raises `LeaseLost`, and then nothing is written."""
    lease.lease.end(
        state=outcome.state,
        artefact=outcome.artefact,
        diagnostics=list(outcome.diagnostics),
        error=outcome.error,
        finished=now or timezone.now(),
    )
    build = Build.objects.select_related("project").get(pk=lease.build_id)
    append_log(build, lines)
    announce(build)
    return build


@transaction.atomic
def put_back(lease: BuildLease, lines: Sequence[Line], *, counts: bool) -> None:
    """Puts the build back into the queue; the attempt is not counted when it was ended for a reason of ours.

    Raises `LeaseLost`.
    """
    lease.lease.end(state=State.QUEUED, attempt=F("attempt") if counts else F("attempt") - 1)
    build = Build.objects.select_related("project").get(pk=lease.build_id)
    append_log(build, lines)
    announce(build)


@transaction.atomic
def set_artefact(lease: BuildLease, artefact: Artefact) -> None:
    """Ties the build to its rune, so that nobody prunes it before the end. Raises `LeaseLost`."""
    lease.lease.write(artefact=artefact)


def set_measurement(lease: BuildLease, measurement: Mapping[str, Any] | None) -> None:
    """Writes how long a run took for this build. Raises `LeaseLost`."""
    lease.lease.write(measurement=None if measurement is None else dict(measurement))


def set_manner(lease: BuildLease, manner: Mapping[str, str]) -> None:
    """Writes for what this build is made, where its `forge.yml` says so. Raises `LeaseLost`."""
    lease.lease.write(**manner)


def set_evaluation(lease: BuildLease, samples: str, summary: Mapping[str, Any]) -> None:
    """Writes on which samples this build was run, and how it did. Raises `LeaseLost`."""
    lease.lease.write(samples=samples, evaluation=dict(summary))


def set_judgements(lease: BuildLease, judgements: Sequence[Mapping[str, Any]]) -> None:
    """Writes what is said of the limits of `forge.yml`. Raises `LeaseLost`."""
    lease.lease.write(judgements=[dict(each) for each in judgements])


@transaction.atomic
def set_package(lease: BuildLease, target: str, **values: object) -> None:
    """Writes what became of the package for a target, and tells of it. Raises `LeaseLost`."""
    renew(lease)
    BuildPackage.objects.filter(build=lease.build_id, target=target).update(**values)
    announce(Build.objects.select_related("project").get(pk=lease.build_id))


def append_log(build: Build, lines: Sequence[Line]) -> None:
    """Adds lines within the caller's transaction; sockets hear of them after commit."""
    if not lines:
        return
    last = build.log.aggregate(last=Max("number"))["last"] or 0
    rows = [
        BuildLogLine(
            build=build,
            number=last + index,
            step=line.step,
            text=line.text[:LINE_LIMIT],
            level=line.level,
            milliseconds=line.milliseconds,
        )
        for index, line in enumerate(lines, start=1)
        if last + index <= LOG_LIMIT
    ]
    BuildLogLine.objects.bulk_create(rows)
    if rows:
        event = BUILD_LOG(build=str(build.pk), lines=[log_line_to_json(row) for row in rows])
        append_event(build.project.stream, event)


def announce(build: Build) -> None:
    """Tells the project's stream, and that of its organisation's jobs, how the build stands."""
    prefetch_related_objects([build], Prefetch("packages", packages_for_reading()))
    append_event(build.project.stream, BUILD_CHANGED(build=build_to_json(build)))
    announce_job(build.project.organisation_id, build.pk, build.state)


@transaction.atomic
def sweep(now: datetime | None = None) -> tuple[UUID, ...]:
    """Puts builds whose lease ran out back into the queue, or calls them lost; answers those that wait again."""
    now = now or timezone.now()
    again = []
    out = Build.objects.filter(expired(now), state=State.RUNNING).select_related("project")
    # Every worker sweeps: a row that one of them has locked, the others skip.
    for build in out.select_for_update(skip_locked=True, of=("self",)):
        is_lost = build.attempt >= ATTEMPTS
        if is_lost:
            text = f"The worker stopped answering {ATTEMPTS} times. The build failed. Build again."
            values = {"state": State.LOST, "error": text, "finished": now}
        else:
            text = f"The worker stopped answering. The build starts again, attempt {build.attempt + 1} of {ATTEMPTS}."
            values = {"state": State.QUEUED}
        revoke(Build.objects.filter(pk=build.pk), **values)
        build.refresh_from_db()
        append_log(build, [Line("worker", text, level="error" if is_lost else "warning")])
        announce(build)
        if not is_lost:
            again.append(build.pk)
    return tuple(again)
