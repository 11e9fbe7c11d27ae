"""Deletes old counts, some at a time, so that no device waits for long."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from forge.telemetry.intake.partitions import drop_days
from forge.telemetry.models import AppReportsOfDay, DayTotal, DeviceCounts, DevicePairs, PageCountsOfDay, WatchedRune

TOTALS_MAX_AGE: Final = timedelta(days=400)
"""Totals name no device: a year, and time to look at it."""
_BATCH_SIZE: Final = 5000


def delete_old() -> None:
    """Deletes documents of devices after `TELEMETRY_DAYS`, and totals after `TOTALS_MAX_AGE`."""
    today = timezone.now().date()
    _delete_documents(today - timedelta(days=settings.TELEMETRY_DAYS))
    _delete(DevicePairs.objects.filter(day__lt=today - timedelta(days=settings.TELEMETRY_DAYS)))
    _delete(DayTotal.objects.filter(day__lt=today - TOTALS_MAX_AGE))
    _delete(PageCountsOfDay.objects.filter(day__lt=today - TOTALS_MAX_AGE))
    _delete(AppReportsOfDay.objects.filter(day__lt=today - TOTALS_MAX_AGE))


def _delete_documents(before: date) -> None:
    """Deletes the documents of days before another. One that is not in the totals yet waits for that."""
    drop_days(before)
    # Rows without a partition: all of SQLite, and few of PostgreSQL, which came after their day was dropped.
    for rune in WatchedRune.objects.order_by().values_list("pk", flat=True):
        documents = DeviceCounts.objects.filter(watched=rune, day__lt=before).order_by()
        for day in documents.values_list("day", flat=True).distinct():
            documents.filter(day=day, is_merged=True).delete()


def _delete(rows: QuerySet[Any]) -> None:
    while ids := list(rows.order_by().values_list("pk", flat=True)[:_BATCH_SIZE]):
        rows.model._default_manager.filter(pk__in=ids).delete()
