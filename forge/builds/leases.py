"""Leases of numbered builds, with fencing numbers, stored in the build's row.

A worker takes a build, renews its lease while it works, and names its fence with everything it writes. When it lost
the build, each of these raises `LeaseLost`, and it stops.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from forge.builds.errors import LeaseLost
from forge.builds.events import BUILD_CHANGED, BUILD_LOG
from forge.builds.models import Artefact, Build, BuildLogLine, Kind, State
from forge.builds.serializers import build_to_json, log_line_to_json
from forge.core.events import append_event

LEASE = timedelta(seconds=10)
"""The duration of a lease."""
ATTEMPTS = 3
"""Attempts before a build counts as lost."""
LOG_LIMIT = 2_000
"""Lines of one build's log."""
LINE_LIMIT = 2_000
"""Characters of one line."""


@dataclass(frozen=True)
class Lease:
    """The right to work on a build."""

    build_id: UUID
    fence: int
    attempt: int


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


@transaction.atomic
def take(now: datetime | None = None) -> Lease | None:
    """Leases the oldest waiting build to this worker; None when none waits."""
    waiting = Build.objects.filter(kind=Kind.NUMBERED, state=State.QUEUED).order_by("created", "number")
    while (build := waiting.first()) is not None:
        if lease := _lease(build, now or timezone.now()):
            return lease
    return None


def _lease(build: Build, now: datetime) -> Lease | None:
    taken = Build.objects.filter(pk=build.pk, state=State.QUEUED, fence=build.fence).update(
        state=State.RUNNING,
        fence=F("fence") + 1,
        attempt=F("attempt") + 1,
        lease_until=now + LEASE,
        started=build.started or now,
    )
    if not taken:
        return None
    build.refresh_from_db()
    announce(build)
    return Lease(build.pk, build.fence, build.attempt)


def renew(lease: Lease, now: datetime | None = None) -> None:
    """Keeps the build for another while. Raises `LeaseLost`."""
    _write(lease, lease_until=(now or timezone.now()) + LEASE)


@transaction.atomic
def write_log(lease: Lease, lines: Sequence[Line], now: datetime | None = None) -> None:
    """Appends lines to the build's log, in one transaction, and renews the lease. Raises `LeaseLost`."""
    renew(lease, now)
    append_log(Build.objects.select_related("project").get(pk=lease.build_id), lines)


@transaction.atomic
def finish(lease: Lease, outcome: Outcome, lines: Sequence[Line] = (), now: datetime | None = None) -> Build:
    """Ends the build, with its last lines. Raises `LeaseLost`, and then nothing is written."""
    _write(
        lease,
        state=outcome.state,
        artefact=outcome.artefact,
        diagnostics=list(outcome.diagnostics),
        error=outcome.error,
        finished=now or timezone.now(),
        lease_until=None,
    )
    build = Build.objects.select_related("project").get(pk=lease.build_id)
    append_log(build, lines)
    announce(build)
    return build


@transaction.atomic
def put_back(lease: Lease, lines: Sequence[Line], *, counts: bool) -> None:
    """Puts the build back into the queue; the attempt is not counted when it was ended for a reason of ours.

    Raises `LeaseLost`.
    """
    _write(
        lease,
        state=State.QUEUED,
        lease_until=None,
        fence=F("fence") + 1,
        attempt=F("attempt") if counts else F("attempt") - 1,
    )
    build = Build.objects.select_related("project").get(pk=lease.build_id)
    append_log(build, lines)
    announce(build)


@transaction.atomic
def set_artefact(lease: Lease, artefact: Artefact) -> None:
    """Ties the build to its rune, so that nobody prunes it before the end. Raises `LeaseLost`."""
    _write(lease, artefact=artefact)


def set_measurement(lease: Lease, measurement: Mapping[str, Any] | None) -> None:
    """Writes how long a run took for this build. Raises `LeaseLost`."""
    _write(lease, measurement=None if measurement is None else dict(measurement))


def set_evaluation(lease: Lease, samples: str, summary: Mapping[str, Any]) -> None:
    """Writes on which samples this build was run, and how it did. Raises `LeaseLost`."""
    _write(lease, samples=samples, evaluation=dict(summary))


def _write(lease: Lease, **values: object) -> None:
    """Writes to the build if it is still this worker's; the condition is part of the one statement that writes."""
    if not Build.objects.filter(pk=lease.build_id, fence=lease.fence, state=State.RUNNING).update(**values):
        raise LeaseLost(str(lease.build_id))


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
    """Tells the project's stream how the build stands."""
    append_event(build.project.stream, BUILD_CHANGED(build=build_to_json(build)))


@transaction.atomic
def sweep(now: datetime | None = None) -> tuple[UUID, ...]:
    """Puts builds whose lease ran out back into the queue, or calls them lost; answers those that wait again."""
    now = now or timezone.now()
    again = []
    out = Build.objects.filter(state=State.RUNNING, lease_until__lt=now).select_related("project")
    # Every worker sweeps: a row that one of them has locked, the others skip.
    for build in out.select_for_update(skip_locked=True, of=("self",)):
        is_lost = build.attempt >= ATTEMPTS
        if is_lost:
            text = f"The worker stopped answering for the {ATTEMPTS}rd time. The build failed. Build again."
            values = {"state": State.LOST, "error": text, "finished": now}
        else:
            text = f"The worker stopped answering. The build starts again, attempt {build.attempt + 1} of {ATTEMPTS}."
            values = {"state": State.QUEUED}
        # The fence moves too: a worker that was only slow finds that the build is no longer its own.
        Build.objects.filter(pk=build.pk).update(fence=F("fence") + 1, lease_until=None, **values)
        build.refresh_from_db()
        append_log(build, [Line("worker", text, level="error" if is_lost else "warning")])
        announce(build)
        if not is_lost:
            again.append(build.pk)
    return tuple(again)
