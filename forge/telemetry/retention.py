"""Deletes old counts, some at a time, so that no device waits for long."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from forge.telemetry.models import AppReportsOfDay, DayTotal, DeviceCounts, DevicePairs

TOTALS_MAX_AGE: Final = timedelta(days=400)
"""Totals name no device: a year, and time to look at it."""
_BATCH_SIZE: Final = 5000


def delete_old() -> None:
    """Deletes documents of devices after `TELEMETRY_DAYS`, and totals after `TOTALS_MAX_AGE`."""
    today = timezone.now().date()
    # A document that is not in the totals yet waits for that.
    _delete(DeviceCounts.objects.filter(day__lt=today - timedelta(days=settings.TELEMETRY_DAYS), is_merged=True))
    _delete(DevicePairs.objects.filter(day__lt=today - timedelta(days=settings.TELEMETRY_DAYS)))
    _delete(DayTotal.objects.filter(day__lt=today - TOTALS_MAX_AGE))
    _delete(AppReportsOfDay.objects.filter(day__lt=today - TOTALS_MAX_AGE))


def _delete(rows: QuerySet[Any]) -> None:
    while ids := list(rows.order_by().values_list("pk", flat=True)[:_BATCH_SIZE]):
        rows.model._default_manager.filter(pk__in=ids).delete()
