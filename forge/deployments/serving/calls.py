"""How often deployments are asked, by day. Nothing about who asks is stored, or is known here."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from forge.deployments.models import CallsOfDay, Deployment

FLUSH_EVERY = 30.0
"""Seconds between writing down what was counted; a process that dies loses as much."""


@dataclass
class CallCounter:
    """What one process counted since it wrote it down: by deployment, day, and whether the call was refused."""

    _counts: Counter[tuple[UUID, date, bool]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, deployment: UUID, *, refused: bool) -> None:
        """Counts a call of today."""
        with self._lock:
            self._counts[deployment, timezone.now().date(), refused] += 1

    def take(self) -> Counter[tuple[UUID, date, bool]]:
        """Returns the counts, and begins anew."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
            return counts

    def give_back(self, counts: Counter[tuple[UUID, date, bool]]) -> None:
        """Adds counts that could not be written, to write them later."""
        with self._lock:
            self._counts.update(counts)


counter = CallCounter()
"""This process's."""


def write_down(calls: CallCounter = counter) -> None:
    """Adds what was counted to the rows of the days."""
    counts = calls.take()
    if not counts:
        return
    try:
        _add(counts)
    except Exception:
        calls.give_back(counts)
        raise


@transaction.atomic
def _add(counts: Counter[tuple[UUID, date, bool]]) -> None:
    there = set(Deployment.objects.filter(pk__in={pk for pk, _, _ in counts}).values_list("pk", flat=True))
    for (deployment, day, refused), count in sorted(counts.items(), key=lambda each: (str(each[0][0]), each[0][1:])):
        if deployment not in there:
            continue
        row, _ = CallsOfDay.objects.get_or_create(deployment_id=deployment, day=day)
        name = "refused" if refused else "answered"
        CallsOfDay.objects.filter(pk=row.pk).update(**{name: F(name) + count})
