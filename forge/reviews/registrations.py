"""The hooks that reviews registers with lower floors: the list of what waits for a person on the home page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Max, OuterRef, Subquery
from django.utils import timezone

from forge.builds.models import Build, Kind, State
from forge.core.actors import Actor
from forge.projects.hooks import Waiting, waiting_for
from forge.reviews.models import Choice, Verdict

RECENT = timedelta(days=30)
"""Older builds wait for nobody any more."""
SHOWN = 10


@waiting_for.register
def builds_waiting(actor: Actor) -> Sequence[Waiting]:
    """The newest build of each project of the person's organisations: one of somebody else's that the person gave no
    verdict on, and an own one that somebody wants changed."""
    newest = (
        Build.objects.filter(project=OuterRef("project"), kind=Kind.NUMBERED, state=State.SUCCEEDED)
        .values("project")
        .annotate(last=Max("number"))
        .values("last")
    )
    builds = (
        Build.objects.visible_to(actor)
        .filter(kind=Kind.NUMBERED, number=Subquery(newest), created__gt=timezone.now() - RECENT)
        .select_related("project__organisation", "requested_by")
        .order_by("-created")
    )
    mine = Verdict.objects.standing().filter(user_id=actor.pk).values("build")
    to_judge = builds.exclude(requested_by_id=actor.pk).exclude(pk__in=mine)[:SHOWN]
    change_requests = Verdict.objects.standing().filter(
        verdict=Choice.CHANGES, build__in=builds.filter(requested_by_id=actor.pk)
    )
    return [
        *(
            Waiting(
                title=f"{build.project.full_name}: build {build.number}",
                detail=f"{build.requested_by or 'Someone'} built it",
                url=f"{build.project.get_absolute_url()}/builds/{build.number}",
                action="Review",
                icon="eye",
                since=build.finished or build.created,
            )
            for build in to_judge
        ),
        *(
            Waiting(
                title=f"{asked.build.project.full_name}: build {asked.build.number}",
                detail=f"{asked.user or 'Someone'} asks for changes",
                url=f"{asked.build.project.get_absolute_url()}/builds/{asked.build.number}",
                action="Read",
                icon="message-square",
                since=asked.created,
            )
            for asked in change_requests.select_related("user", "build__project__organisation")[:SHOWN]
        ),
    ]
