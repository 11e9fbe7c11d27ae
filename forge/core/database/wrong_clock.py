"""A clock that is wrong, and the times that it wrote. Once it is set right, they may lie years ahead, and a row would
wait for them as long."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Max, Q

LONGEST_WAIT = timedelta(days=2)
"""No lease, retry or period is longer: a time further ahead is of a clock that was ahead."""


def is_behind(now: datetime) -> bool:
    """Returns whether the clock says a time before the last upgrade of this installation, which cannot be."""
    last_upgrade = MigrationRecorder.Migration.objects.aggregate(last=Max("applied"))["last"]
    return last_upgrade is not None and now < last_upgrade - LONGEST_WAIT


def is_ahead(moment: datetime, now: datetime) -> bool:
    """Returns whether a time was written by a clock that was ahead, where times of now and the near future are
    right."""
    return moment > now + LONGEST_WAIT


def has_come(field: str, now: datetime) -> Q:
    """Selects rows whose time has come, or was written by a clock that was ahead."""
    return Q(**{f"{field}__lte": now}) | ahead(field, now)


def ahead(field: str, now: datetime) -> Q:
    """Selects rows whose time was written by a clock that was ahead."""
    return Q(**{f"{field}__gt": now + LONGEST_WAIT})
