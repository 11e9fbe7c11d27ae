"""Reading activity entries."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from forge.activity.models import Activity, ActivityQuerySet
from forge.core.actors import Actor

SHOWN_FOR = timedelta(days=90)
"""How long it is kept."""
BATCH_SIZE = 10_000
"""Rows that are deleted at a time."""


def activity_of(actor: Actor) -> ActivityQuerySet:
    """Returns the entries of people in the actor's organisations, the newest first."""
    return Activity.objects.visible_to(actor).exclude(person=None).order_by("-at")


def complete(entries: QuerySet[Activity]) -> list[Activity]:
    """Returns a few entries with all that pages show, in their order.

    They are read by their keys: a database that has to sort thousands sorts these, and not whole rows. One query.
    """
    rows = Activity.objects.filter(pk__in=entries.values("pk")).select_related(
        "organisation", "project__organisation", "person"
    )
    return sorted(rows, key=lambda row: row.at, reverse=True)


def end_old() -> int:
    """Deletes old entries and returns their number."""
    old = Activity.objects.filter(at__lt=timezone.now() - SHOWN_FOR).values_list("pk", flat=True)
    return Activity.objects.filter(pk__in=list(old[:BATCH_SIZE])).delete()[0]
