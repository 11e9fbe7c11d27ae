"""A trial of a search becomes a training run, or its model a change."""

from __future__ import annotations

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.accounts.principals import acting_as
from forge.core.blobs.store import read_blob
from forge.jobs.models import Job, JobState
from forge.learning.searches.actions.using import use_trial
from forge.learning.searches.models import ModelSearch, SearchTrial
from forge.learning.training.models import TrainingRun
from forge.learning.training.running.job import follow_job
from forge.projects.models import Project
from forge.reviews.models import ChangeRequest
from tests.forge.learning.searching import SEARCHES, begun, read, run_jobs, scripted
from tests.forge.learning.test_searches import SUMMARY
from tests.support.forge.factories.motion_model import motion_project
from tests.support.forge.factories.searches import claim_event, finished_search, trial_event, tried
from tests.support.forge.factories.training import SMALL, finish_run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.slow
def test_a_trial_becomes_a_training_run_with_its_settings_once(searcher: Client, user: User, project: Project) -> None:
    finished_search(user, project)
    response = searcher.post(f"{SEARCHES}/1/trials/2/use")
    assert response.status_code == 201, response.content
    run = response.json()
    assert (run["arguments"]["filters"], run["arguments"]["window"], run["form"]) == (8, SMALL["window"], "int8")
    assert searcher.post(f"{SEARCHES}/1/trials/2/use").json()["number"] == run["number"]
    assert TrainingRun.objects.count() == 1
    assert read(searcher)["rows"][1]["run"] == run["number"]
    SearchTrial.objects.filter(number=3).update(state="over limit")
    assert searcher.post(f"{SEARCHES}/1/trials/3/use").status_code == 409
    assert searcher.post(f"{SEARCHES}/1/trials/9/use").status_code == 404


def test_two_clicks_at_once_begin_one_run(searcher: Client, user: User, project: Project) -> None:
    finished_search(user, project)
    trials = [SearchTrial.objects.get(number=2) for _ in range(2)]
    first, second = [use_trial(acting_as(user), trial) for trial in trials]
    assert (first.number, TrainingRun.objects.count()) == (second.number, 1)


@pytest.mark.slow
def test_the_page_counts_what_used_up_the_budget(searcher: Client, user: User, project: Project) -> None:
    """A trial that was counted and then failed did; one that is over a limit, or at work, did not."""
    finished_search(user, project)
    rows = SearchTrial.objects
    total = rows.count()
    rows.filter(number=1).update(state="failed")
    rows.filter(number=2).update(state="over limit")
    rows.filter(number=3).update(state="running")
    page = " ".join(searcher.get("/acme/kitchen/searches/1").content.decode().split())
    assert f'<dt>Used trials</dt><dd class="num">{total - 2} of ' in page


FILES = {
    "model.tflite": "trial-1-0",
    "model.provenance.json": "trial-1-1",
    "model.training.json": "trial-1-2",
    "Runefile.yml": "trial-1-3",
}


@pytest.mark.slow
def test_a_trial_keeps_its_model_and_opens_as_a_change(searcher: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    event = {**trial_event(1), "files": FILES}
    lab = scripted(monkeypatch, [claim_event(1), event, *tried(2, share=None, state="over limit")], SUMMARY)
    lab.files = {name: path.encode() for path, name in FILES.items()}
    begun(searcher)
    run_jobs()
    response = searcher.post(f"{SEARCHES}/1/trials/1/change")
    assert response.status_code == 201, response.content
    change = ChangeRequest.objects.get()
    assert response.json()["change"] == f"/acme/kitchen/change-requests/{change.number}"
    assert change.offered is not None
    manifest = change.offered.manifest
    assert {path: read_blob(manifest[path]["digest"]).decode() for path in FILES} == {path: path for path in FILES}
    policy = read_blob(manifest["forge.yml"]["digest"]).decode()
    assert "filters: 4" in policy
    assert f"data: {ModelSearch.objects.get().data_digest}" in policy
    assert "90.0 % of 12 recordings" not in change.message
    assert "a part of the accuracy is luck" in change.message
    # It has one change request, and one that was not trained has no model.
    assert searcher.post(f"{SEARCHES}/1/trials/1/change").json()["change"] == response.json()["change"]
    assert ChangeRequest.objects.count() == 1
    assert searcher.post(f"{SEARCHES}/1/trials/2/change").status_code == 409
    digest = manifest["model.provenance.json"]["digest"]
    assert searcher.delete(f"{SEARCHES}/1").status_code == 204
    assert read_blob(digest)  # the change request has it


def finish(run: TrainingRun) -> None:
    """Ends the job of a run as a worker does, with a model that was made up."""
    finish_run(run)
    job_of_run = run.job
    assert job_of_run is not None
    Job.objects.filter(pk=job_of_run.pk).update(state=JobState.SUCCEEDED)
    job_of_run.refresh_from_db()
    follow_job(job_of_run)


@pytest.mark.slow
def test_a_finished_run_of_a_trial_is_offered_with_the_rights_of_whoever_used_it(
    searcher: Client, user: User, project: Project
) -> None:
    finished_search(user, project)
    for trial in (1, 2):
        assert searcher.post(f"{SEARCHES}/1/trials/{trial}/use").status_code == 201
    first, second = TrainingRun.objects.order_by("number")
    finish(first)
    change = ChangeRequest.objects.get()
    first.refresh_from_db()
    assert (change.author, first.change_url) == (user, f"/acme/kitchen/change-requests/{change.number}")
    TrainingRun.objects.filter(pk=second.pk).update(person=None)
    second.refresh_from_db()
    finish(second)
    second.refresh_from_db()
    assert (second.change_url, second.offers) == ("", False)
    assert "has no account any more" in second.notes[-1]
    assert ChangeRequest.objects.count() == 1


@pytest.mark.slow
def test_the_page_draws_the_pipeline_of_a_chosen_trial_beside_that_of_the_project(
    searcher: Client, user: User, project: Project
) -> None:
    search = finished_search(user, project)
    motion_project(user, project)
    address, title = "/acme/kitchen/searches/1", "Pipeline of trial 2 beside the project"
    page = searcher.get(f"{address}?trial=2").content.decode()
    assert title in page
    assert "gravity" in page[page.index(title) :]  # which the Runefile of the trial lacks
    assert "Removed" in page[page.index(title) :]
    assert "Pipeline of trial 3" in searcher.get(address).content.decode()  # the best one
    ModelSearch.objects.filter(pk=search.pk).update(state="running")
    assert "Pipeline of trial" not in searcher.get(address).content.decode()
    SearchTrial.objects.filter(search=search, number=2).update(files={})
    assert title not in searcher.get(f"{address}?trial=2").content.decode()
