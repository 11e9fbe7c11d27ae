"""Days of counts in partitions: none refuses a document, each goes with its time, and none before it is counted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.utils import timezone

from forge.fleet.models import Device
from forge.telemetry.intake.partitions import (
    DAYS_AHEAD,
    add_partition,
    drop_days,
    partition_name,
    partitioned_days,
    prepare_days,
)
from forge.telemetry.models import DayTotal, DeviceCounts
from forge.telemetry.retention import delete_old
from forge.telemetry.totals.merging import merge_all
from tests.support.forge.counts import CountingFleet, yesterday
from tests.support.watch import counted

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
DEFAULT = "telemetry_devicecounts_default"


@pytest.fixture(autouse=True)
def _no_days(transactional_db: None) -> Iterator[None]:
    """Begins with the default partition alone, as a new installation does."""
    drop_days(date.max)
    yield
    drop_days(date.max)


def rows_in(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        count: int = cursor.fetchone()[0]
    return count


def test_a_document_of_a_day_without_a_partition_is_taken_and_moves_when_the_day_gets_one(fleet: CountingFleet) -> None:
    documents = fleet.document(), fleet.document(day=yesterday(12)), fleet.document(day=yesterday(12), hour=3)
    assert fleet.names(*documents) == ["accepted"] * 3
    assert (rows_in(DEFAULT), partitioned_days()) == (3, set())
    contents = {(row.day, row.hour): bytes(row.document) for row in DeviceCounts.objects.all()}
    prepare_days()
    assert (rows_in(DEFAULT), rows_in(partition_name(yesterday(12)))) == (0, 2)
    assert {(row.day, row.hour): bytes(row.document) for row in DeviceCounts.objects.all()} == contents
    assert partitioned_days() >= {yesterday(12), *(yesterday(-number) for number in range(-1, DAYS_AHEAD + 1))}
    # Sent again, it is known; the database holds to one document a device, rune and day in the new place too.
    assert fleet.names(*documents) == ["accepted"] * 3
    assert fleet.names(fleet.document(counted((1, 0, 0)), day=yesterday(12))) == ["counts-changed"]
    assert DeviceCounts.objects.count() == 3
    before = partitioned_days()
    prepare_days()
    assert partitioned_days() == before


def test_a_late_document_goes_into_the_partition_of_its_old_day(fleet: CountingFleet) -> None:
    add_partition(yesterday(20))
    fleet.names(fleet.document(day=yesterday(20)))
    assert (rows_in(DEFAULT), rows_in(partition_name(yesterday(20)))) == (0, 1)
    merge_all()
    assert [row.day for row in DayTotal.objects.filter(group=None)] == [yesterday(20)]


def test_a_day_over_its_time_is_dropped_once_its_documents_are_in_the_totals(
    fleet: CountingFleet, settings: Any
) -> None:
    for back in (1, 12, 13):
        fleet.names(fleet.document(day=yesterday(back)))
    merge_all()
    fleet.names(fleet.document(day=yesterday(14)))
    prepare_days()
    settings.TELEMETRY_DAYS = 10
    delete_old()
    assert partitioned_days() & {yesterday(back) for back in (12, 13, 14)} == {yesterday(14)}
    assert {row.day for row in DeviceCounts.objects.all()} == {yesterday(), yesterday(14)}
    merge_all()
    delete_old()
    assert {row.day for row in DeviceCounts.objects.all()} == {yesterday()}
    assert yesterday(14) not in partitioned_days()
    assert DayTotal.objects.filter(group=None).count() == 4, "totals stay"


def test_old_documents_without_a_partition_are_deleted_too(fleet: CountingFleet, settings: Any) -> None:
    fleet.names(fleet.document(day=yesterday(12)), fleet.document())
    settings.TELEMETRY_DAYS = 10
    delete_old()
    assert DeviceCounts.objects.count() == 2
    merge_all()
    delete_old()
    assert [row.day for row in DeviceCounts.objects.all()] == [yesterday()]


def test_a_question_about_a_day_reads_its_partition_alone(fleet: CountingFleet) -> None:
    fleet.names(fleet.document())
    prepare_days()
    plan = DeviceCounts.objects.filter(device=UUID(fleet.client.device), day=yesterday()).order_by().explain()
    assert partition_name(yesterday()) in plan
    assert DEFAULT not in plan
    assert partition_name(timezone.now().date() + timedelta(days=1)) not in plan


def test_a_deleted_device_takes_its_documents_out_of_all_partitions(fleet: CountingFleet) -> None:
    fleet.names(*(fleet.document(day=yesterday(back)) for back in (1, 2, 9)))
    prepare_days()
    fleet.names(fleet.document(day=yesterday(10)))
    Device.objects.filter(pk=fleet.client.device).delete()
    assert not DeviceCounts.objects.exists()


def test_a_query_of_all_days_has_four_locks_a_day(fleet: CountingFleet) -> None:
    """The guide for operators says how many locks PostgreSQL needs room for."""
    fleet.names(fleet.document())
    prepare_days()
    partitions = len(partitioned_days()) + 1
    with transaction.atomic(), connection.cursor() as cursor:
        DeviceCounts.objects.filter(device=UUID(fleet.client.device)).order_by("-day").first()
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_class ON pg_class.oid = relation"
            " WHERE pid = pg_backend_pid() AND relname LIKE %s",
            ["telemetry_devicecounts%"],
        )
        (locks,) = cursor.fetchone()
    # The table and its three indices, of each day, and of the one table that has them.
    assert 4 * partitions <= locks <= 4 * (partitions + 1)
