"""Numbered builds on the list of jobs. Their rows own their state, lease and order; nothing is copied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from django.utils import timezone

from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb, can
from forge.builds.leases import ATTEMPTS, recent_builds
from forge.builds.models import Build, State
from forge.builds.serializers import build_url
from forge.compute.scheduler.slots import Party
from forge.core.actors import Actor
from forge.jobs.models import Capability
from forge.jobs.order import QueuedJob, positions
from forge.jobs.sources import Cursor, JobFilter, JobItem
from forge.jobs.waiting import COUNTED, position_text

KIND: Final = "build"


class NumberedBuilds:
    """The builds of an organisation's projects."""

    def kinds(self) -> Mapping[str, str]:
        """Builds are one kind."""
        return {KIND: "Build"}

    def newest(
        self, actor: Actor, organisation: Organisation, filters: JobFilter, cursor: Cursor | None, limit: int
    ) -> Sequence[JobItem]:
        """The newest builds that the person may see."""
        builds = Build.objects.visible_to(actor).numbered().filter(project__organisation=organisation)
        if filters.state:
            builds = builds.filter(state=filters.state)
        if filters.project:
            builds = builds.filter(project__name=filters.project)
        if cursor:
            builds = builds.filter(cursor.older)
        rows = builds.select_related("project__organisation", "requested_by").defer(
            "measurement", "samples", "evaluation", "judgements", "diagnostics"
        )
        shown = list(rows.order_by("-created", "-pk")[:limit])
        order = _positions(organisation.pk) if any(build.state == State.QUEUED for build in shown) else {}
        return [_item(actor, build, order.get(build.pk)) for build in shown]


def _item(actor: Actor, build: Build, position: int | None) -> JobItem:
    url = build_url(build) or ""
    is_queued = build.state == State.QUEUED
    return JobItem(
        id=build.pk,
        kind=KIND,
        title=f"Build {build.number} of {build.project.full_name}",
        url=url,
        log_url=url,
        state=build.state,
        capability=Capability.BUILD,
        project=build.project.full_name,
        requested_by=build.requested_by,
        by_program=build.by_program,
        attempt=build.attempt,
        attempts=ATTEMPTS,
        created=build.created,
        due=build.created,
        started=build.started,
        finished=build.finished,
        progress=1.0 if build.state == State.SUCCEEDED else 0.0,
        waits=position_text(position) if is_queued else "",
        position=position,
        error=build.error,
        cancel_url=f"{url}/cancel" if not build.is_over and can(actor, Verb.BUILD, build.project) else "",
    )


def _positions(organisation: UUID) -> dict[UUID, int]:
    """The positions of the organisation's oldest waiting builds among themselves."""
    waiting = Build.objects.numbered().filter(project__organisation=organisation, state=State.QUEUED)
    rows = waiting.order_by("created").values_list("pk", "requested_by", "by_program", "attempt", "created")
    jobs = (
        QueuedJob(pk, Party(organisation, member, is_program), attempt, created)
        for pk, member, is_program, attempt, created in rows[:COUNTED]
    )
    now = timezone.now()
    recent = [each for each in recent_builds(now) if each.party.organisation == organisation]
    return positions(jobs, recent, now)
