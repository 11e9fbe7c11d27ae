"""A job that meets a full disk waits and goes on when there is room, whatever met it, and no attempt is lost."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from forge.accounts.models import User
from forge.compute.scheduler.slots import Party
from forge.core.errors import DiskFull
from forge.jobs import kinds, queue
from forge.jobs.kinds import AttemptFailed, JobContext, JobFailed, JobKind
from forge.jobs.lists.items import items_of
from forge.jobs.models import Job, JobState, WorkerCapability
from forge.jobs.workers.running import (
    FULL_DISK,
    LONGEST_WAIT,
    PENDING_REASON,
    SHORTEST_WAIT,
    RunningJob,
    wait_for_room,
)
from forge.jobs.workers.slots import announce_worker
from forge.projects.models import Project
from tests.support.cases import each_case

pytestmark = [pytest.mark.django_db, pytest.mark.protects("uploads/full-disk-of-jobs")]

Execute = Callable[[JobContext], Mapping[str, Any]]
Add = Callable[[Execute], Job]


@pytest.fixture
def add(project: Project, developer: User, monkeypatch: pytest.MonkeyPatch) -> Add:
    """Queues a job of a test's own kind, which has two attempts."""
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))

    def enqueue(execute: Execute) -> Job:
        kind = JobKind("test", WorkerCapability.BUILD, execute, "Test", attempts=2)
        kinds.register(kind)
        party = Party(project.organisation_id, developer.pk)
        return queue.enqueue(kind, party.organisation, {}, party=party, project=project)

    return enqueue


def run(stopping: threading.Event | None = None) -> Job:
    """Runs the job, as if the time for which it waits were over."""
    Job.objects.update(due=timezone.now())
    lease = queue.take((WorkerCapability.BUILD,))
    assert lease is not None
    RunningJob(lease, stopping or threading.Event()).run()
    return Job.objects.get()


def _raise(error: Exception, cause: Exception | None = None) -> Execute:
    def execute(job: JobContext) -> Mapping[str, Any]:
        raise error from cause

    return execute


def _raise_in_place_of(cause: Exception, error: Exception) -> Execute:
    """Raises as `raise ... from None` does, where the first error is a context and no cause."""

    def execute(job: JobContext) -> Mapping[str, Any]:
        try:
            raise cause
        except type(cause):
            raise error from None

    return execute


FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
FULL_DISKS: dict[str, Execute] = {
    "a file": _raise(FULL),
    "a quota of the system": _raise(OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))),
    "the database": _raise(OperationalError("database or disk is full")),
    "a process that computes": _raise(DiskFull()),
    "a failure of the job": _raise(JobFailed("The archive could not be read."), FULL),
    "a failure of an attempt": _raise(AttemptFailed("The process died."), FULL),
    "a domain error": _raise(JobFailed("There is not enough storage."), DiskFull()),
    "an error that replaces it": _raise_in_place_of(FULL, JobFailed("registry.example cannot be reached.")),
}


@pytest.mark.parametrize("execute", FULL_DISKS.values(), ids=FULL_DISKS)
def test_a_job_that_meets_a_full_disk_waits_and_loses_no_attempt(add: Add, developer: User, execute: Execute) -> None:
    add(execute)
    announce_worker(WorkerCapability.BUILD)
    for number in range(1, 5):
        job = run()
        assert (job.state, job.attempt, job.error, job.paused) == (JobState.QUEUED, 0, "", False)
        assert timedelta() < job.due - timezone.now() <= LONGEST_WAIT
        assert [item.pending_reason for item in items_of(developer, [job])] == [PENDING_REASON]
        lines = list(job.log.values_list("text", flat=True))
        assert lines == ["The server's disk is full. The job starts again when there is room."] * number
    assert queue.take((WorkerCapability.BUILD,)) is None


def test_a_job_waits_longer_each_time(add: Add) -> None:
    add(_raise(FULL))
    for seconds in (15, 30, 60, 120, 240, 480, 900, 900, 900):
        before = timezone.now()
        lease = queue.take((WorkerCapability.BUILD,), before + LONGEST_WAIT)
        assert lease is not None
        RunningJob(lease, threading.Event()).run()
        wait = timedelta(seconds=seconds)
        assert before + wait <= Job.objects.get().due <= timezone.now() + wait
        Job.objects.update(started=None)


def test_a_job_goes_on_from_its_checkpoint_when_there_is_room(add: Add) -> None:
    checkpoints: list[bytes | None] = []

    def execute(job: JobContext) -> Mapping[str, Any]:
        checkpoints.append(job.load_checkpoint())
        if len(checkpoints) == 1:
            job.save_checkpoint(b"half of it")
            raise FULL
        assert Job.objects.get().activity == "", "it waits no longer"
        return {"done": True}

    add(execute)
    assert run().state == JobState.QUEUED
    job = run()
    assert (job.state, job.attempt, job.result, job.activity) == (JobState.SUCCEEDED, 1, {"done": True}, "")
    assert checkpoints == [None, b"half of it"]


@pytest.mark.parametrize("error", [OSError(errno.EIO, "broken"), ValueError("full disk")])
def test_other_errors_take_an_attempt(add: Add, error: Exception) -> None:
    add(_raise(error))
    assert [(job.state, job.attempt) for job in (run(), run())] == [(JobState.QUEUED, 1), (JobState.FAILED, 2)]


def test_a_file_that_is_larger_than_the_disk_takes_is_not_waited_for(add: Add) -> None:
    add(_raise(OSError(errno.EFBIG, os.strerror(errno.EFBIG))))
    job = run()
    assert (job.state, job.error) == (JobState.FAILED, FULL_DISK)


def test_a_person_cancels_a_job_that_waits_for_room(add: Add) -> None:
    add(_raise(FULL))
    assert queue.cancel(run(), "Jo")
    assert Job.objects.get().state == JobState.CANCELLED


@each_case(
    "ran, last_wait, wait",
    [
        (timedelta(seconds=-5), timedelta(), SHORTEST_WAIT),
        (timedelta(), timedelta(seconds=-5), SHORTEST_WAIT),
        (timedelta(minutes=4), timedelta(minutes=1), timedelta(minutes=4)),
        (timedelta(seconds=4), timedelta(minutes=1), timedelta(minutes=2)),
        (timedelta(hours=1), timedelta(), LONGEST_WAIT),
    ],
)
def test_a_job_waits_as_long_as_it_ran_or_longer_than_before(
    ran: timedelta, last_wait: timedelta, wait: timedelta
) -> None:
    assert wait_for_room(ran, last_wait) == wait


class _RoomComes(threading.Event):
    """The end of the process, which never comes. While somebody waits for it, the database gets room."""

    attempts = 0

    def wait(self, timeout: float | None = None) -> bool:
        self.attempts += 1
        _limit_pages("4294967294")
        return False


def _limit_pages(count: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA max_page_count = {count}")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="limits a file of SQLite")
@pytest.mark.parametrize("fails", [False, True], ids=["a result", "a full disk"])
def test_the_end_of_an_attempt_is_written_once_the_database_has_room(add: Add, fails: bool) -> None:
    def execute(job: JobContext) -> Mapping[str, Any]:
        _limit_pages("1")  # SQLite takes the pages that there are
        for _ in range(500):
            job.log("x" * 2000)
        if fails:
            raise FULL
        return {"done": True}

    add(execute)
    room = _RoomComes()
    job = run(room)
    assert room.attempts == 1
    expected = (JobState.QUEUED, 0, PENDING_REASON) if fails else (JobState.SUCCEEDED, 1, "")
    assert (job.state, job.attempt, job.activity) == expected
    assert job.log.filter(text="x" * 2000).count() == 500
