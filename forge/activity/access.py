"""Reading what people did."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from forge.activity.models import Activity, ActivityQuerySet
from forge.core.actors import Actor

KEPT = timedelta(days=90)
"""How long it is kept."""
MOST_ENDED = 10_000
"""Rows that are deleted at a time."""


def activity_of(actor: Actor) -> ActivityQuerySet:
    """What happened in the person's organisations, with all that is shown of it, the newest first."""
    found = Activity.objects.visible_to(actor).exclude(person=None)
    return found.select_related("organisation", "project__organisation", "person").order_by("-at")


def end_old() -> int:
    """Deletes what happened long ago; answers how much that was."""
    old = Activity.objects.filter(at__lt=timezone.now() - KEPT).values_list("pk", flat=True)
    return Activity.objects.filter(pk__in=list(old[:MOST_ENDED])).delete()[0]
