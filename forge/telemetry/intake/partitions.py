"""The partitions of documents on PostgreSQL: one a day, and one for the days that have none.

A day that is over its time is dropped with its partition, which takes as long for a million documents as for one. A
day without a partition refuses nothing: its documents wait in the default one, and move when their day gets its own.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from forge.telemetry.intake.models import DeviceCounts

PREPARE_EVERY: Final = 3600.0
"""Seconds."""
DAYS_AHEAD: Final = 7
"""So many coming days have a partition, also where no worker runs for a while."""
_LOCK_TIMEOUT: Final = "2s"
"""Reports wait behind a lock that is asked for. What is not given in this time is asked for again an hour later."""
_TABLE: Final = DeviceCounts._meta.db_table
_DEFAULT: Final = f"{_TABLE}_default"
_PREFIX: Final = f"{_TABLE}_day_"
_DAY_FORMAT: Final = "%Y%m%d"


def prepare_days() -> None:
    """Makes the partitions that are missing: of yesterday, of the coming days, and of documents without one."""
    if connection.vendor == "postgresql":
        today = timezone.now().date()
        usual = {today + timedelta(days=number) for number in range(-1, DAYS_AHEAD + 1)}
        for day in sorted((usual | _days_without_partition()) - partitioned_days()):
            add_partition(day)


def drop_days(before: date) -> None:
    """Drops the days before another, in one statement. A day with documents that are in no total yet stays."""
    old = {day for day in partitioned_days() if day < before}
    if not old:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
        # No document may come between looking at a day and dropping it.
        cursor.execute(f'LOCK TABLE "{_TABLE}" IN ACCESS EXCLUSIVE MODE')
        waiting = DeviceCounts.objects.filter(day__in=old, is_merged=False).order_by()
        ended = old - set(waiting.values_list("day", flat=True).distinct())
        names = [f'"{partition_name(day)}"' for day in sorted(ended)]
        if names:
            cursor.execute(f"DROP TABLE {', '.join(names)}")


def add_partition(day: date) -> None:
    """Makes the partition of a day, with the documents of it that came before."""
    name, end = partition_name(day), day + timedelta(days=1)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
        cursor.execute(f'LOCK TABLE "{_DEFAULT}" IN ACCESS EXCLUSIVE MODE')
        cursor.execute(f'CREATE TABLE "{name}" (LIKE "{_TABLE}" INCLUDING DEFAULTS INCLUDING CONSTRAINTS)')
        cursor.execute(
            f'WITH moved AS (DELETE FROM "{_DEFAULT}" WHERE day = %s RETURNING *) '  # noqa: S608 (names of this module)
            f'INSERT INTO "{name}" SELECT * FROM moved',
            [day],
        )
        # Unlike CREATE TABLE ... PARTITION OF, this stops no report of another day.
        cursor.execute(f'ALTER TABLE "{_TABLE}" ATTACH PARTITION "{name}" FOR VALUES FROM (%s) TO (%s)', [day, end])


def partitioned_days() -> set[date]:
    """Returns the days that have a partition: none on SQLite."""
    if connection.vendor != "postgresql":
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = %s::regclass",
            [_TABLE],
        )
        names = [name for (name,) in cursor.fetchall() if name.startswith(_PREFIX)]
    return {_day_of(name) for name in names}


def partition_name(day: date) -> str:
    """Returns the name of a day's partition."""
    return f"{_PREFIX}{day.strftime(_DAY_FORMAT)}"


def _day_of(name: str) -> date:
    digits = name.removeprefix(_PREFIX)
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def _days_without_partition() -> set[date]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT DISTINCT day FROM "{_DEFAULT}"')  # noqa: S608 (names of this module)
        return {day for (day,) in cursor.fetchall()}
