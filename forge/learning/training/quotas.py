"""The minutes that the training runs and searches of an organisation computed in the last day."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Sum, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from forge.accounts.models import Organisation
from forge.accounts.quotas.limits import QuotaResource, limit_of, locked
from forge.core.errors import TooOften
from forge.learning.training.models import TrainingTime
from forge.learning.training.used_time import DAY, MINUTE

RETRY_AFTER = timedelta(hours=1)


def minutes_used(organisation: Organisation) -> int:
    """Minutes in the last day; a run that trains counts up to now."""
    now = timezone.now()
    begin = now - DAY
    ran = ExpressionWrapper(
        F("ended") - Greatest(F("begun"), Value(begin, DateTimeField())), output_field=DurationField()
    )
    counted_time = Greatest(ran, Value(timedelta(), DurationField()))
    in_day = TrainingTime.objects.filter(organisation=organisation, ended__gt=begin, ended__lt=now + MINUTE)
    time = cast(timedelta | None, in_day.aggregate(time=Sum(counted_time))["time"]) or timedelta()
    return int(time / MINUTE)


def require_minutes(organisation: Organisation) -> None:
    """Raises `TooOften` where the minutes of the day are used up. Call it in the transaction that queues a run."""
    locked(organisation)
    limit = limit_of(organisation.stream, QuotaResource.TRAINING)
    if minutes_used(organisation) >= limit:
        raise TooOften(
            f"The organisation trained for {limit} minutes in the last day, which is the limit. Try again later, or "
            "ask the operator of this server for more.",
            int(RETRY_AFTER.total_seconds()),
        )
