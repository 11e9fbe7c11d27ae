"""Leases: one worker gets a row, and one that lost it writes nothing. Shown on the rows of periodic tasks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from forge.core.database.leases import Lease, LeaseLost, expired, revoke, unleased
from forge.core.models import PeriodicRun
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.django_db

NOW = timezone.now()
MINUTE = timedelta(minutes=1)


@pytest.fixture
def row() -> PeriodicRun:
    return PeriodicRun.objects.create(name="it", due=NOW)


def take(row: PeriodicRun) -> Lease | None:
    return Lease.take(PeriodicRun.objects.all(), row, NOW + MINUTE)


def lost_by_another(row: PeriodicRun) -> None:
    row.refresh_from_db()
    assert take(row) is not None


def lost_by_revoking(row: PeriodicRun) -> None:
    assert revoke(PeriodicRun.objects.filter(pk=row.pk)) == 1


def lost_by_end(row: PeriodicRun) -> None:
    PeriodicRun.objects.filter(pk=row.pk).update(lease_until=None)


@pytest.mark.parametrize("lose", [lost_by_another, lost_by_revoking, lost_by_end])
def test_a_worker_that_lost_its_lease_writes_nothing(row: PeriodicRun, lose: Callable[[PeriodicRun], None]) -> None:
    lease = take(row)
    assert lease is not None
    lose(row)
    before = PeriodicRun.objects.values().get()
    with pytest.raises(LeaseLost):
        lease.write(error="late")
    with pytest.raises(LeaseLost):
        lease.renew(NOW + 2 * MINUTE)
    with pytest.raises(LeaseLost):
        lease.end(error="late")
    assert not lease.is_valid()
    assert PeriodicRun.objects.values().get() == before


def test_a_row_that_was_read_before_somebody_leased_it_is_not_leased_again(row: PeriodicRun) -> None:
    assert take(row) is not None
    assert take(row) is None


def test_a_row_that_is_no_longer_to_be_leased_is_left_alone(row: PeriodicRun) -> None:
    assert Lease.take(PeriodicRun.objects.filter(error="none"), row, NOW + MINUTE) is None
    assert PeriodicRun.objects.get().lease_until is None


def test_a_lease_is_renewed_written_to_and_ended(row: PeriodicRun) -> None:
    lease = take(row)
    assert lease is not None
    lease.renew(NOW + 2 * MINUTE)
    assert not PeriodicRun.objects.filter(expired(NOW + 2 * MINUTE)).exists()
    lease.end(error="no space")
    row.refresh_from_db()
    assert (row.error, row.lease_until, row.fence) == ("no space", None, lease.fence)
    again = take(row)
    assert again is not None
    assert again.fence > lease.fence


def test_a_lease_that_was_not_renewed_is_expired_and_its_row_is_free(row: PeriodicRun) -> None:
    assert take(row) is not None
    later = NOW + MINUTE + timedelta(seconds=1)
    for select in (expired, unleased):
        assert not PeriodicRun.objects.filter(select(NOW)).exists()
        assert PeriodicRun.objects.filter(select(later)).exists()


def test_a_slow_worker_still_writes_while_nobody_took_its_row(row: PeriodicRun) -> None:
    """The fence decides, not the clock: clocks of two machines differ."""
    lease = Lease.take(PeriodicRun.objects.all(), row, NOW - MINUTE)
    assert lease is not None
    lease.write(error="slow")
    assert PeriodicRun.objects.get().error == "slow"


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_that_read_a_row_at_once_one_gets_it() -> None:
    PeriodicRun.objects.create(name="it", due=NOW)
    together = threading.Barrier(4)
    leases: list[Lease | None] = []

    def work() -> None:
        row = PeriodicRun.objects.get()
        together.wait(PATIENCE)
        leases.append(take(row))
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert sum(lease is not None for lease in leases) == 1
