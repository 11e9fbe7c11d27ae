"""The time that training runs and searches of an organisation compute, and its quota. Its rows outlive their jobs: a
run that goes on, or is discarded, gives no minutes back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import cast
from uuid import UUID

from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Sum, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from forge.accounts.models import Organisation
from forge.accounts.quotas.limits import QuotaResource, limit_of, locked
from forge.core.errors import TooOften
from forge.learning.lab_jobs.models import TrainingTime

DAY = timedelta(days=1)
"""The period for which used time counts."""
MINUTE = timedelta(minutes=1)
"""No time that is computed ends further ahead: a row that says so is of a clock that was ahead, and nobody knows how
long it ran."""
RETRY_AFTER = timedelta(hours=1)
NOTE_SECONDS = 20.0
"""Between two notes of a run that computes: of a worker that dies, so much may be missing."""


@contextmanager
def counted_time(organisation: UUID, tick: Callable[[], None]) -> Iterator[Callable[[], None]]:
    """Counts the time of the block as used by an organisation. Gives a `tick` to call in place of the other."""
    now = timezone.now()
    TrainingTime.objects.filter(ended__lte=now - DAY).delete()
    TrainingTime.objects.filter(ended__gt=now + MINUTE).update(begun=now, ended=now)
    row = TrainingTime.objects.create(organisation_id=organisation, begun=now, ended=now)
    last_note = time.monotonic()

    def noting_tick() -> None:
        nonlocal last_note
        tick()
        if time.monotonic() - last_note >= NOTE_SECONDS:
            last_note = time.monotonic()
            _note(row)

    try:
        yield noting_tick
    finally:
        _note(row)


def _note(row: TrainingTime) -> None:
    TrainingTime.objects.filter(pk=row.pk).update(ended=timezone.now())


def minutes_used(organisation: Organisation) -> int:
    """Minutes in the last day; a run that trains counts up to now."""
    now = timezone.now()
    begin = now - DAY
    ran = ExpressionWrapper(
        F("ended") - Greatest(F("begun"), Value(begin, DateTimeField())), output_field=DurationField()
    )
    counted_time = Greatest(ran, Value(timedelta(), DurationField()))
    in_day = TrainingTime.objects.filter(organisation=organisation, ended__gt=begin, ended__lt=now + MINUTE)
    total = cast(timedelta | None, in_day.aggregate(time=Sum(counted_time))["time"]) or timedelta()
    return int(total / MINUTE)


def require_minutes(organisation: Organisation) -> None:
    """Raises `TooOften`, in the transaction that queues a run, where the minutes of the day are used up."""
    locked(organisation)
    limit = limit_of(organisation.stream, QuotaResource.TRAINING)
    if minutes_used(organisation) >= limit:
        raise TooOften(
            f"The organisation trained for {limit} minutes in the last day, which is the limit. Try again later, or "
            "ask the operator of this server for more.",
            int(RETRY_AFTER.total_seconds()),
        )
