"""Counts the requests to deployments, by day. Nothing about the callers is stored, or is known here."""

from __future__ import annotations

from collections import Counter
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import F

from forge.deployments.models import CallsOfDay, Deployment
from forge.deployments.serving.pending_counts import PendingCounts

FLUSH_EVERY = 30.0
"""Seconds between writing the counts to the database; a process that dies loses as much."""

CallKey = tuple[UUID, bool]
"""A deployment, and whether the call was refused."""

counter: PendingCounts[CallKey] = PendingCounts()
"""This process's."""


def write_calls(calls: PendingCounts[CallKey] = counter) -> None:
    """Adds the counts to the rows of the days."""
    calls.write(_store)


@transaction.atomic
def _store(counts: Counter[tuple[CallKey, date]]) -> None:
    there = set(Deployment.objects.filter(pk__in={pk for (pk, _), _ in counts}).values_list("pk", flat=True))
    for ((deployment, is_refused), day), count in sorted(counts.items(), key=str):
        if deployment not in there:
            continue
        row, _ = CallsOfDay.objects.get_or_create(deployment_id=deployment, day=day)
        name = "refused" if is_refused else "answered"
        CallsOfDay.objects.filter(pk=row.pk).update(**{name: F(name) + count})
