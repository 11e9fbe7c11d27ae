"""Jobs: one worker at a time, in a fair order, with progress, checkpoints, retries and a sweep."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.compute.scheduler.fair_order import Waiting
from forge.compute.scheduler.slots import Party
from forge.core.blobs.links import links_of
from forge.core.database.leases import LeaseLost
from forge.jobs import kinds, queue
from forge.jobs.kinds import LEASE, JobContext, JobFailed, JobKind
from forge.jobs.log import FULL, NewLogLine
from forge.jobs.models import Job, JobState, WorkerCapability
from forge.jobs.queue import JobLease
from forge.jobs.workers import running
from forge.jobs.workers.checkpoints import save_checkpoint
from forge.jobs.workers.running import RunningJob
from forge.projects.models import Project

pytestmark = pytest.mark.django_db

BUILD = (WorkerCapability.BUILD,)
LATE = LEASE + timedelta(seconds=1)
Execute = Callable[[JobContext], Mapping[str, Any]]
Enqueue = Callable[..., Job]


def done(job: JobContext) -> Mapping[str, Any]:
    return {"sum": job.spec["number"] + 1}


@pytest.fixture(autouse=True)
def own_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each renewal writes, and kinds of tests are forgotten."""
    monkeypatch.setattr(running, "RENEW_EVERY", -1.0)
    monkeypatch.setattr(running, "LOG_EVERY", -1.0)
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))


@pytest.fixture
def add(project: Project, developer: User) -> Enqueue:
    """Queues a job of a test's own kind."""

    def enqueue(execute: Execute = done, number: int = 1, key: str = "", **values: Any) -> Job:
        kind = JobKind("test", values.pop("capability", WorkerCapability.BUILD), execute, "Test", **values)
        kinds.register(kind)
        party = Party(project.organisation_id, developer.pk)
        return queue.enqueue(kind, party.organisation, {"number": number}, party=party, project=project, key=key)

    return enqueue


def take() -> JobLease:
    lease = queue.take(BUILD)
    assert lease is not None
    return lease


def run() -> Job:
    lease = take()
    RunningJob(lease, threading.Event()).run()
    return Job.objects.get(pk=lease.job.pk)


def log_of(job: Job) -> str:
    return "\n".join(job.log.values_list("text", flat=True))


def test_a_worker_that_lost_its_job_writes_nothing(add: Enqueue) -> None:
    add()
    slow = take()
    assert queue.sweep(timezone.now() + LATE) == (slow.job.pk,)
    quick = take()
    before = Job.objects.values().get()
    with pytest.raises(LeaseLost):
        queue.renew(slow, [NewLogLine("late")], {"progress": 0.9})
    with pytest.raises(LeaseLost):
        queue.finish(slow, JobState.FAILED, error="late", lines=[NewLogLine("late")])
    with pytest.raises(LeaseLost):
        queue.put_back(slow, [NewLogLine("late")], counts=True)
    with pytest.raises(LeaseLost):
        save_checkpoint(slow, b"late")
    assert Job.objects.values().get() == before
    assert "late" not in log_of(quick.job)
    assert not links_of(quick.job).exists()


def test_a_job_runs_once_and_keeps_its_result(add: Enqueue) -> None:
    add()
    job = run()
    assert (job.state, job.result, job.progress, job.lease_until) == (JobState.SUCCEEDED, {"sum": 2}, 1.0, None)
    assert queue.take(BUILD) is None


def test_a_job_of_the_same_spec_is_queued_once_while_it_is_unfinished(add: Enqueue) -> None:
    assert add().pk == add().pk
    run()
    assert Job.objects.count() == 1
    add()
    assert Job.objects.count() == 2


def test_a_worker_takes_only_jobs_for_which_it_has_the_capability(add: Enqueue) -> None:
    add(capability=WorkerCapability.GPU)
    assert queue.take(BUILD) is None
    assert queue.take((WorkerCapability.GPU, WorkerCapability.LAB)) is not None


def test_where_nothing_waits_nothing_is_asked_about_recent_jobs(django_assert_num_queries: Any) -> None:
    """Each server looks every second."""
    with django_assert_num_queries(3):  # a savepoint, the jobs that wait, and the end of the savepoint
        assert queue.take(BUILD) is None


def test_jobs_with_one_key_run_one_at_a_time(add: Enqueue) -> None:
    add(number=1, key="version"), add(number=2, key="version"), add(number=3)
    first, beside = take(), take()
    assert [first.job.spec["number"], beside.job.spec["number"]] == [1, 3]
    assert queue.take(BUILD) is None
    queue.finish(first, JobState.SUCCEEDED, result={})
    assert take().job.spec["number"] == 2


def test_a_failed_attempt_is_tried_again_after_its_wait_and_given_up_in_the_end(add: Enqueue) -> None:
    def fail(job: JobContext) -> Mapping[str, Any]:
        raise OSError("no route")

    add(fail, attempts=2, back_off=lambda attempt: timedelta(minutes=attempt))
    job = run()
    assert (job.state, job.attempt) == (JobState.QUEUED, 1)
    assert queue.take(BUILD) is None, "it is not due"
    Job.objects.update(due=timezone.now())
    job = run()
    assert (job.state, job.attempt) == (JobState.FAILED, 2)
    assert "attempt 2 of 2" in log_of(job)
    assert "no route" not in job.error


def test_a_job_that_cannot_succeed_says_why_and_is_not_tried_again(add: Enqueue) -> None:
    def refuse(job: JobContext) -> Mapping[str, Any]:
        raise JobFailed("The file is empty.")

    add(refuse)
    job = run()
    assert (job.state, job.error, job.attempt) == (JobState.FAILED, "The file is empty.", 1)


def test_a_job_whose_workers_die_is_lost_in_the_end(add: Enqueue) -> None:
    job, clock = add(attempts=2), timezone.now()
    for _ in range(2):
        assert queue.take(BUILD, clock) is not None
        clock += LATE
        queue.sweep(clock)
    job.refresh_from_db()
    assert job.state == JobState.LOST
    assert queue.take(BUILD, clock) is None


def test_time_in_which_no_worker_worked_is_not_counted(add: Enqueue) -> None:
    job, clock = add(attempts=2), timezone.now()
    for attempt in (1, 2):
        assert queue.take(BUILD, clock) is not None
        clock += timedelta(hours=12)
        queue.sweep(clock)
        job.refresh_from_db()
        assert (job.started, job.spent, job.ran_for(clock)) == (None, attempt * LEASE, attempt * LEASE)
    assert (job.state, job.finished) == (JobState.LOST, clock)


@pytest.mark.parametrize("ends", ["put back", "restarted", "retried"])
@pytest.mark.parametrize("clock_was_ahead", [True, False])
def test_a_further_attempt_keeps_the_time_of_the_one_before(add: Enqueue, ends: str, clock_was_ahead: bool) -> None:
    job, lease = add(), take()
    ago = timedelta(hours=-1 if clock_was_ahead else 1)
    Job.objects.update(started=timezone.now() - ago)
    if ends == "put back":
        queue.put_back(lease, [], counts=True)
    elif ends == "restarted":
        assert queue.restart(job, "What it works with was withdrawn.")
    else:
        queue.finish(lease, JobState.FAILED)
        assert queue.retry(job, "Jo")
    waiting = Job.objects.get(started=None)
    assert round(waiting.spent / timedelta(minutes=1)) == (0 if clock_was_ahead else 60)
    before = timezone.now()
    take()
    assert Job.objects.filter(started__gte=before).exists()


def test_cancelling_stops_the_executor_at_its_next_tick_and_a_retry_runs_it_again(add: Enqueue) -> None:
    steps: list[str] = []

    def cancelled(job: JobContext) -> Mapping[str, Any]:
        assert queue.cancel(Job.objects.get(), "Ann")
        job.tick()
        steps.append("went on")
        return {}

    add(cancelled)
    job = run()
    assert (job.state, steps) == (JobState.CANCELLED, [])
    assert "Ann cancelled the job." in log_of(job)
    assert not queue.cancel(job, "Ann")
    assert queue.retry(job, "Ann")
    assert not queue.retry(job, "Ann")
    add(done)
    assert run().state == JobState.SUCCEEDED


def test_a_paused_job_that_is_cancelled_and_retried_runs(add: Enqueue) -> None:
    job = add()
    queue.pause(Job.objects.all())
    assert queue.take(BUILD) is None
    queue.cancel(job, "Ann")
    assert not Job.objects.get().paused
    Job.objects.update(paused=True)  # as jobs are that were cancelled before
    assert queue.retry(job, "Ann")
    assert run().state == JobState.SUCCEEDED


def test_a_job_that_another_worker_takes_in_between_is_left_to_it(
    add: Enqueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    add()
    waiting = queue._waiting

    def waiting_while_another_takes(ready: QuerySet[Job]) -> list[Waiting]:
        before = waiting(ready)
        Job.objects.update(state=JobState.RUNNING, lease_until=timezone.now() + LEASE)
        return before

    monkeypatch.setattr(queue, "_waiting", waiting_while_another_takes)
    assert queue.take(BUILD) is None


def test_progress_and_log_are_stored_while_it_runs(add: Enqueue) -> None:
    def report(job: JobContext) -> Mapping[str, Any]:
        job.report(0.5, "Reading the file.")
        job.log("half")
        job.tick()
        row = Job.objects.get()
        assert (row.progress, row.activity, log_of(row)) == (0.5, "Reading the file.", "half")
        return {}

    add(report)
    assert run().state == JobState.SUCCEEDED


def test_a_full_log_has_room_for_the_end_of_its_job(add: Enqueue) -> None:
    def talk(job: JobContext) -> Mapping[str, Any]:
        for level in ("info", "error"):
            for number in range(3000):
                job.log(f"{level} {number}", level, "compile")
        raise JobFailed("The compiler gave up.")

    add(talk)
    lines = log_of(run()).split("\n")
    assert lines[:1800] == [f"info {number}" for number in range(1800)]
    assert lines[1800:] == [FULL, *(f"error {number}" for number in range(99)), "The compiler gave up."]


def test_another_worker_goes_on_from_the_last_checkpoint(add: Enqueue) -> None:
    checkpoints: list[bytes | None] = []

    def go_on(job: JobContext) -> Mapping[str, Any]:
        checkpoints.append(job.load_checkpoint())
        job.save_checkpoint(b"step %d" % len(checkpoints))
        if len(checkpoints) < 3:
            raise OSError("the worker died")
        return {}

    add(go_on)
    run()
    assert links_of(Job.objects.get()).count() == 1
    run()
    job = run()
    assert checkpoints == [None, b"step 1", b"step 2"]
    assert (job.state, job.checkpoint) == (JobState.SUCCEEDED, None)
    assert not links_of(job).exists()


def test_a_stopping_worker_puts_its_job_back_and_the_attempt_does_not_count(add: Enqueue) -> None:
    stopping = threading.Event()

    def stop(job: JobContext) -> Mapping[str, Any]:
        stopping.set()
        job.tick()
        return {}

    add(stop)
    RunningJob(take(), stopping).run()
    job = Job.objects.get()
    assert (job.state, job.attempt) == (JobState.QUEUED, 0)


def test_jobs_are_seen_by_members_alone(add: Enqueue, developer: User, stranger: User) -> None:
    job = add()
    assert list(Job.objects.visible_to(developer)) == [job]
    assert not Job.objects.visible_to(stranger).exists()
    Job.objects.update(project=None)
    assert list(Job.objects.visible_to(developer)) == [job]
    assert not Job.objects.visible_to(stranger).exists()


def test_a_job_of_an_organisation_waits_behind_one_that_runs_none(add: Enqueue, owner: User) -> None:
    add(number=1), add(number=2)
    other = Organisation.objects.create(name="other")
    kind = kinds.kind_of("test")
    queue.enqueue(kind, other.pk, {"number": 3}, party=Party(other.pk, owner.pk), project=None)
    assert [take().job.spec["number"] for _ in range(3)] == [1, 3, 2]
