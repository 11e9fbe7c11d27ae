"""A numbered build stands where its job stands: leases, attempts, cancelling and retrying, with the clock given."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db.models import RestrictedError
from django.test import Client
from django.utils import timezone

from forge.accounts.quotas.limits import QuotaResource
from forge.builds.actions import request_build
from forge.builds.models import Build, BuildTrigger
from forge.builds.runs.building import BUILD
from forge.builds.runs.quotas import builds_of_organisation, builds_of_person, count_builds
from forge.core.database.leases import LeaseLost
from forge.core.errors import Forbidden, TooOften
from forge.core.models import AuditEntry, Event
from forge.jobs import queue
from forge.jobs.actions import cancel_job, retry_job
from forge.jobs.errors import JobOver, NotRetriable
from forge.jobs.kinds import LEASE
from forge.jobs.log import NewLogLine
from forge.jobs.models import Job, JobState, Worker, WorkerCapability
from forge.jobs.queue import JobLease
from forge.projects.actions import write_file
from tests.forge.builds.conftest import log_of
from tests.support.forge.factories.builds import built, failed_build, take_job

pytestmark = pytest.mark.django_db

LATE = LEASE + timedelta(seconds=1)


def take(now: datetime | None = None) -> JobLease | None:
    return queue.take((WorkerCapability.BUILD,), now)


def job_of(build: Build) -> Job:
    return Job.objects.get(build=build)


def states(build: Build) -> list[str]:
    """The states that the project's sockets heard of."""
    events = Event.objects.filter(stream_id=build.project.stream, type="build.changed")
    return [event.data["build"]["state"] for event in events if event.data["build"]["id"] == str(build.pk)]


@pytest.mark.slow
def test_a_build_goes_from_queued_to_its_end(build: Build) -> None:
    lease = take_job()
    queue.renew(lease, [NewLogLine("2 stages", step="check", milliseconds=2.0)])
    queue.finish(lease, JobState.FAILED, error="no", lines=[NewLogLine("done", step="compile")])
    build.refresh_from_db()
    assert (build.state, build.attempt, build.error) == (JobState.FAILED, 1, "no")
    assert build.started is not None
    assert build.finished is not None
    assert log_of(build) == "2 stages\ndone"
    assert states(build) == ["queued", "running", "failed"]
    lines = [event.data for event in Event.objects.filter(stream_id=build.project.stream, type="build.log")]
    assert [(each["build"], line["step"]) for each in lines for line in each["lines"]] == [
        (str(build.pk), "check"),
        (str(build.pk), "compile"),
    ]


@pytest.mark.slow
def test_a_build_whose_worker_died_waits_behind_those_that_were_not_tried(project: Any, developer: Any) -> None:
    first = request_build(developer, project)
    write_file(developer, project, "notes.txt", b"other files")
    second = request_build(developer, project)
    assert take_job().job.pk == first.job_id
    assert queue.sweep(timezone.now() + LATE) == (first.job_id,)
    assert [take_job().job.pk, take_job().job.pk] == [second.job_id, first.job_id]
    assert take() is None


@pytest.mark.slow
def test_a_build_whose_lease_ran_out_too_often_is_lost(build: Build) -> None:
    clock: datetime = timezone.now()
    for attempt in range(1, BUILD.attempts + 1):
        lease = take(clock)
        assert lease is not None
        assert lease.job.attempt == attempt
        clock += LATE
        queue.sweep(clock)
    build.refresh_from_db()
    assert build.state == JobState.LOST
    assert "The build failed. Retry it." in build.error
    assert f"The build starts again, attempt 2 of {BUILD.attempts}" in log_of(build)
    assert take() is None
    assert states(build)[-1] == "lost"


@pytest.mark.slow
def test_cancelling_takes_the_build_from_its_worker(build: Build, developer: Any, viewer: Any) -> None:
    lease = take_job()
    with pytest.raises(Forbidden):
        cancel_job(viewer, job_of(build))
    cancel_job(developer, job_of(build))
    with pytest.raises(LeaseLost):
        queue.renew(lease)
    build.refresh_from_db()
    assert build.state == JobState.CANCELLED
    assert f"{developer} cancelled the build." in log_of(build)
    assert states(build)[-1] == "cancelled"
    entry = AuditEntry.objects.get(action="job.cancel")
    assert entry.data["title"] == f"Build {build.number} of {build.project.full_name}"
    with pytest.raises(JobOver):
        cancel_job(developer, job_of(build))


@pytest.mark.slow
def test_a_failed_build_is_retried_and_begins_with_nothing(project: Any, developer: Any, viewer: Any) -> None:
    build = failed_build(developer, project, error="The compiler was killed.")
    Build.objects.filter(pk=build.pk).update(diagnostics=[{"severity": "error"}])
    with pytest.raises(Forbidden):
        retry_job(viewer, job_of(build))
    retry_job(developer, job_of(build))
    build.refresh_from_db()
    assert (build.state, build.error, build.diagnostics) == (JobState.QUEUED, "", [])
    assert (build.attempt, build.started, build.finished) == (0, None, None)
    assert take_job().job.pk == build.job_id
    assert states(build) == ["queued", "running", "failed", "queued", "running"]


def test_a_build_that_succeeded_is_not_retried(project: Any, developer: Any) -> None:
    build = built(developer, project)
    with pytest.raises(NotRetriable):
        retry_job(developer, job_of(build))
    build.refresh_from_db()
    assert build.artefact is not None


@pytest.mark.slow
def test_a_retry_counts_against_the_limits(project: Any, developer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    build = failed_build(developer, project)
    monkeypatch.setattr(
        "forge.builds.runs.quotas.limits_of", lambda stream: {QuotaResource.BUILDS: 1, QuotaResource.MINUTES: 100}
    )
    with pytest.raises(TooOften):
        retry_job(developer, job_of(build))
    assert job_of(build).state == JobState.FAILED


@pytest.mark.slow
def test_a_retry_counts_as_a_build_of_this_hour(project: Any, developer: Any) -> None:
    build = failed_build(developer, project)
    yesterday = timezone.now() - timedelta(days=1)
    Job.objects.filter(pk=job_of(build).pk).update(created=yesterday, due=yesterday)
    assert count_builds(builds_of_person(developer))[QuotaResource.BUILDS] == 0
    retry_job(developer, job_of(build))
    assert count_builds(builds_of_person(developer))[QuotaResource.BUILDS] == 1


def test_a_build_that_began_while_the_clock_was_ahead_gives_no_minutes_back(project: Any, developer: Any) -> None:
    job, now = job_of(failed_build(developer, project)), timezone.now()
    for started, finished in ((now + timedelta(hours=20), now), (now + timedelta(hours=20), None)):
        Job.objects.filter(pk=job.pk).update(started=started, finished=finished, spent=timedelta(minutes=3))
        assert count_builds(builds_of_person(developer))[QuotaResource.MINUTES] == 3


@pytest.mark.slow
def test_a_retry_gives_no_minutes_back(project: Any, developer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    build = failed_build(developer, project)
    end = timezone.now()
    Job.objects.filter(pk=job_of(build).pk).update(started=end - timedelta(minutes=3), finished=end)
    retry_job(developer, job_of(build))
    assert count_builds(builds_of_person(developer))[QuotaResource.MINUTES] == 3
    cancel_job(developer, job_of(build))
    retry_job(developer, job_of(build))
    assert count_builds(builds_of_organisation(project.organisation))[QuotaResource.MINUTES] == 3
    monkeypatch.setattr(
        "forge.builds.runs.quotas.limits_of", lambda stream: {QuotaResource.BUILDS: 100, QuotaResource.MINUTES: 3}
    )
    with pytest.raises(TooOften):
        request_build(developer, project)


@pytest.mark.slow
def test_a_build_is_on_the_list_of_jobs_with_the_job_that_it_names(
    build: Build, developer: Any, client: Client
) -> None:
    client.force_login(developer)
    Worker.objects.create(id=uuid4(), capabilities=[WorkerCapability.BUILD], announced=timezone.now())
    rows = client.get(f"/api/v1/organisations/{build.project.organisation.name}/jobs?kind=build").json()["results"]
    payload = client.get(f"/api/v1/builds/{build.pk}").json()
    assert [each["id"] for each in rows] == [payload["job"]]
    assert rows[0]["title"] == f"Build {build.number} of {build.project.full_name}"
    assert rows[0]["position"] == 1
    assert rows[0]["state"] == payload["state"] == "queued"
    client.post(f"/api/v1/jobs/{payload['job']}/cancel")
    assert client.get(f"/api/v1/builds/{build.pk}").json()["state"] == "cancelled"


@pytest.mark.slow
def test_the_job_of_a_build_is_kept_as_long_as_the_build(project: Any, developer: Any) -> None:
    build = failed_build(developer, project)
    queue.delete_old(timezone.now() + timedelta(days=1000))
    assert job_of(build).log.count() == build.log.count()
    with pytest.raises(RestrictedError):
        job_of(build).delete()


@pytest.mark.slow
def test_every_press_has_a_number_of_its_own(project: Any, developer: Any) -> None:
    first, second = request_build(developer, project), request_build(developer, project)
    assert (first.number, second.number) == (1, 2)
    assert first.version == second.version
    other = failed_build(developer, project)
    with pytest.raises(IntegrityError), transaction.atomic():
        Build.objects.filter(pk=other.pk).update(number=1)


def test_a_numbered_build_has_a_job_and_a_preview_has_none(build: Build) -> None:
    values = {"project": build.project, "version": build.version, "name": "x"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Build.objects.create(**values, kind=BuildTrigger.NUMBERED, number=9)
    preview = Build.objects.create(project=build.project, name="x", kind=BuildTrigger.PREVIEW)
    assert (preview.state, preview.is_over, preview.requested_by) == (JobState.SUCCEEDED, True, None)
