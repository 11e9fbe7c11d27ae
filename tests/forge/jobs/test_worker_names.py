"""The name of the worker that runs a job: beside it in the API and on the pages of jobs, runs and searches."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.models import User
from forge.jobs import queue
from forge.jobs.models import Job, JobState, WorkerCapability
from forge.jobs.workers.slots import JobSlots, worker_name
from forge.learning.lab_jobs import queue as lab_queue
from forge.learning.lab_jobs.process import LabRefused
from forge.learning.searches.models import SearchTrial, SearchTrialState
from forge.learning.training.running.job import TRAINING, run_training_job
from forge.projects.models import Project
from forge.serving.configuration.environment import BadEnvironment, read_environment
from tests.support.forge.factories.searches import motion_search
from tests.support.forge.factories.training import ScriptedLab, motion_run, motion_version

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "GPU in room 2"
RUN, SEARCH = "/acme/kitchen/training/1", "/acme/kitchen/searches/1"


@pytest.fixture
def learns(client: Client, project: Project, user: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Somebody with a version of some data; no worker does the jobs."""
    monkeypatch.setattr(lab_queue, "notify_workers", lambda capability: None)
    motion_version(user, project)
    return client


def take() -> queue.JobLease:
    lease = queue.take((WorkerCapability.LAB,), worker=NAME)
    assert lease is not None
    return lease


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def listed(client: Client) -> Any:
    return client.get(f"/api/v1/jobs/{Job.objects.get().pk}").json()["worker"]


def test_a_job_has_the_name_of_its_worker_from_its_begin_until_it_waits_again(
    learns: Client, project: Project, user: User
) -> None:
    motion_run(user, project)
    assert listed(learns) == ""
    assert "Runs on" not in page(learns, RUN)
    lease = take()
    assert listed(learns) == NAME
    address = f"/acme/-/jobs/{lease.job.pk}"
    assert f"<dt>Runs on</dt><dd>{NAME}</dd>" in page(learns, RUN)
    assert NAME in page(learns, "/acme/-/jobs")
    assert NAME in page(learns, address)
    queue.put_back(lease, [], counts=False)
    assert listed(learns) == ""
    assert all(NAME not in page(learns, each) for each in (RUN, "/acme/-/jobs", address))
    queue.finish(take(), JobState.FAILED, error="Enough.")
    assert listed(learns) == NAME
    assert f"<dt>Ran on</dt><dd>{NAME}</dd>" in page(learns, RUN)


def test_a_job_whose_worker_died_has_the_name_of_the_next_one(learns: Client, project: Project, user: User) -> None:
    motion_run(user, project)
    take()
    queue.sweep(timezone.now() + timedelta(hours=1))
    assert listed(learns) == ""
    Job.objects.update(due=timezone.now())
    assert queue.take((WorkerCapability.LAB,), worker="worker 2") is not None
    assert listed(learns) == "worker 2"


def test_trials_at_work_are_shown_with_their_workers(learns: Client, project: Project, user: User) -> None:
    search = motion_search(user, project)
    lease = take()
    for number, job in ((7, lease.job), (8, None)):
        SearchTrial.objects.create(
            search=search, number=number, job=job, arguments={}, form="int8", state=SearchTrialState.RUNNING
        )
    text = page(learns, SEARCH)
    assert f"Trial 7 on {NAME}," in text
    assert "Trial 8," in text


def test_a_process_gives_its_jobs_its_name(
    learns: Client, project: Project, user: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[str] = []

    class Looking(ScriptedLab):
        def __call__(self, request: dict[str, Any], shape: Any, **calls: Any) -> Any:
            names.append(listed(learns))
            return super().__call__(request, shape, **calls)

    lab = Looking([], LabRefused("Enough.", "data"))
    monkeypatch.setitem(vars(TRAINING), "execute", lambda context: run_training_job(context, lab))
    for name in (NAME, ""):
        settings.WORKER_NAME = name
        Job.objects.all().delete()
        motion_run(user, project)
        JobSlots(1, (WorkerCapability.LAB,), threading.Event()).work()
    assert names == [NAME, worker_name()]
    assert worker_name().startswith("worker ")


@pytest.mark.parametrize(("value", "name"), [("", ""), (" GPU in room 2 ", NAME), ("n" * 40, "n" * 40)])
def test_the_operator_names_a_worker(value: str, name: str, tmp_path: Path) -> None:
    assert read_environment({"WORKER_NAME": value}, tmp_path).worker_name == name


@pytest.mark.parametrize("value", ["n" * 41, "two\nlines", "\x1b[1m"])
def test_a_name_that_no_page_can_show_is_refused(value: str, tmp_path: Path) -> None:
    with pytest.raises(BadEnvironment, match="WORKER_NAME has at most 40 printable characters"):
        read_environment({"WORKER_NAME": value}, tmp_path)
