"""Deletes old reports of devices, and old credentials. The last known state of a device stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from forge.fleet.models import Assignment, ClaimCode, DeviceCandidate, DeviceDay, DeviceEntry, DeviceRequest, SelfTest

REPORTS_MAX_AGE = timedelta(days=400)
"""Timelines, counts of days and requests: a year, and time to look at it."""
LOGS_MAX_AGE = timedelta(days=7)
CODES_MAX_AGE = timedelta(days=7)
"""Codes after their end, so that members see what became of them."""
SELF_TESTS_MAX_AGE = timedelta(days=30)
_BATCH_SIZE = 1000


def delete_old() -> None:
    """Deletes what is older than it is kept."""
    now = timezone.now()
    DeviceRequest.objects.filter(answered__lt=now - LOGS_MAX_AGE).exclude(log="").update(log="")
    for rows in _old(now):
        _delete(rows)


def _old(now: datetime) -> tuple[QuerySet[Any], ...]:
    before = now - REPORTS_MAX_AGE
    return (
        DeviceEntry.objects.filter(received__lt=before),
        DeviceDay.objects.filter(day__lt=before.date()),
        DeviceRequest.objects.filter(created__lt=before),
        ClaimCode.objects.filter(expires__lt=now - CODES_MAX_AGE),
        DeviceCandidate.objects.filter(expires__lt=now),
        _old_self_tests(now),
    )


def _old_self_tests(now: datetime) -> QuerySet[SelfTest]:
    """Returns the self-tests that no device compares with any more: an announced one of a rune that is served stays."""
    serving = Assignment.objects.filter(organisation=OuterRef("organisation"), rune=OuterRef("rune"))
    return SelfTest.objects.filter(Q(is_announced=False) | ~Exists(serving), created__lt=now - SELF_TESTS_MAX_AGE)


def _delete(rows: QuerySet[Any]) -> None:
    """Deletes rows, some at a time, so that no report waits for long."""
    while ids := list(rows.order_by().values_list("pk", flat=True)[:_BATCH_SIZE]):
        rows.model._default_manager.filter(pk__in=ids).delete()
