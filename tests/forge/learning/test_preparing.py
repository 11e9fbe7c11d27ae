"""A run and a search that need packages are prepared by the person with the first account, and go on then."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from forge.jobs.models import Job, JobState
from forge.learning.environments import job as environment_job
from forge.learning.lab_jobs.process import EnvironmentMissing
from forge.learning.models import TrainingRun
from forge.learning.searches.models import ModelSearch
from tests.forge.learning import searching
from tests.forge.learning.test_training import begun, follow, read, run_jobs
from tests.support.forge.factories.training import ScriptedLab

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
MISSING = EnvironmentMissing(
    {"name": "tensorflow analysis", "reads": "Keras models, searches", "download": 430, "disk": 2090}
)
COMMAND = "`python -m lab.environments prepare tensorflow analysis`"


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The requests to `lab`, which prepares everything at once."""
    requests: list[Any] = []

    def prepare(request: Any, *_: Any, **__: Any) -> Any:
        requests.append(request)
        return {"packages": 60, "version": "2"}

    monkeypatch.setattr(environment_job, "ask_lab", prepare)
    return requests


def prepared(client: Client, page: str, requests: list[Any]) -> Job:
    """The job that waits, once somebody pressed the button of a page."""
    assert "Prepare and go on" in client.get(page).content.decode()
    assert client.post(f"{page}/prepare").status_code == 302
    waiting = Job.objects.exclude(kind="converter-environment").exclude(required_job=None).get()
    assert waiting.state == JobState.QUEUED
    run_jobs()
    assert requests == [{"action": "prepare", "environment": "tensorflow analysis"}]
    assert Job.objects.get(kind="converter-environment").state == JobState.SUCCEEDED
    return waiting


def test_a_run_goes_on_once_its_packages_are_prepared(
    searcher: Client, monkeypatch: pytest.MonkeyPatch, requests: list[Any]
) -> None:
    begun(searcher)
    follow(monkeypatch, ScriptedLab([], MISSING))
    run = read(searcher)
    assert run["state"] == "needs"
    assert COMMAND in run["error"]
    assert "430 MB to download" in run["error"]
    waiting = prepared(searcher, "/acme/kitchen/training/1", requests)
    waiting.refresh_from_db()
    # It began again, behind the preparation; here the packages are missing again.
    assert waiting.state == JobState.FAILED
    assert TrainingRun.objects.get().state == "needs"


def test_a_search_goes_on_once_its_packages_are_prepared(
    searcher: Client, monkeypatch: pytest.MonkeyPatch, requests: list[Any]
) -> None:
    searching.scripted(monkeypatch, [], MISSING)
    searching.begun(searcher)
    run_jobs()
    assert searching.read(searcher)["state"] == "needs"
    prepared(searcher, "/acme/kitchen/searches/1", requests)
    assert ModelSearch.objects.get().state == "needs"


@pytest.mark.protects("uploads/downloads-of-others")
def test_others_are_told_the_command_alone(searcher: Client, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    begun(searcher)
    follow(monkeypatch, ScriptedLab([], MISSING))
    settings.EMBEDDED_WORKER = False
    page = searcher.get("/acme/kitchen/training/1").content.decode()
    assert "Prepare and go on" not in page
    assert "lab.environments prepare tensorflow analysis" in page
    assert searcher.post("/acme/kitchen/training/1/prepare").status_code == 403
    assert not Job.objects.filter(kind="converter-environment").exists()
