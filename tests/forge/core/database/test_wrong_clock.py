"""A clock that is ten years off, and set right again: nothing is deleted by it, and nothing waits for years."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from forge.core.database.wrong_clock import is_behind
from forge.core.models import PeriodicRun
from forge.core.processes.periodic import HOLD, PeriodicTask, RunsIn, claim, tasks
from forge.jobs import queue
from forge.jobs.models import Job, JobState, WorkerCapability
from tests.support.forge.factories.builds import waiting

pytestmark = [pytest.mark.django_db, pytest.mark.protects("availability/wrong-clock")]

YEARS = timedelta(days=3653)
HOUR = 3600.0


def task(*, deletes: bool) -> PeriodicTask:
    return PeriodicTask("it", HOUR, RunsIn.ONE_WORKER, "does it", lambda: None, deletes_old=deletes)


def ran(each: PeriodicTask, now: Any) -> bool:
    lease, _ = claim(each, now)
    if lease is not None:
        lease.end(ended=now)
    return lease is not None


@pytest.mark.parametrize("by", [YEARS, -YEARS])
def test_a_task_runs_while_the_clock_is_wrong_and_once_it_is_set(by: timedelta) -> None:
    now = timezone.now()
    assert ran(task(deletes=False), now)
    assert not ran(task(deletes=False), now + timedelta(minutes=30))
    assert ran(task(deletes=False), now + by)
    assert ran(task(deletes=False), now + timedelta(hours=2)), "it does not wait for the year that was written"
    assert not ran(task(deletes=False), now + timedelta(hours=2.5))


def test_what_deletes_waits_a_day_after_a_gap_and_says_why(caplog: pytest.LogCaptureFixture) -> None:
    now, deletes = timezone.now(), task(deletes=True)
    assert ran(deletes, now)
    assert ran(deletes, now + timedelta(days=6)), "a server that was off for some days goes on"
    ahead = now + YEARS
    assert not ran(deletes, ahead)
    assert "Set the clock if it is wrong" in caplog.text
    assert "Nothing is deleted before" in PeriodicRun.objects.get(name="it").error
    assert not ran(deletes, ahead + HOLD - timedelta(minutes=1))
    assert ran(deletes, ahead + HOLD), "a clock that nobody sets is right"


def test_a_clock_that_is_set_within_the_day_deletes_nothing() -> None:
    now, deletes = timezone.now(), task(deletes=True)
    assert ran(deletes, now)
    for hour in range(24):
        assert not ran(deletes, now + YEARS + timedelta(hours=hour))
    assert ran(deletes, now + timedelta(days=1)), "it goes on as before"


def test_all_that_deletes_for_good_by_age_waits() -> None:
    assert {"artifacts", "blobs", "old-jobs", "activity", "notices", "audit"} <= {
        name for name, each in tasks.items() if each.deletes_old
    }


def test_a_job_that_was_queued_or_leased_while_the_clock_was_ahead_goes_on(project: Any, developer: Any) -> None:
    build = waiting(developer, project)
    assert build.job is not None
    Job.objects.filter(pk=build.job.pk).update(due=timezone.now() + YEARS)
    lease = queue.take((WorkerCapability.BUILD,))
    assert lease is not None
    Job.objects.filter(pk=build.job.pk).update(lease_until=timezone.now() + YEARS)
    assert queue.sweep() == (build.job.pk,)
    assert Job.objects.get(pk=build.job.pk).state == JobState.QUEUED


def test_a_clock_before_the_last_upgrade_is_behind() -> None:
    assert is_behind(timezone.now() - YEARS)
    assert not is_behind(timezone.now())
    assert not is_behind(timezone.now() + YEARS)
