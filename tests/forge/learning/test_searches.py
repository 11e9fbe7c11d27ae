"""Searches over the API and the page: trials as rows, going on after a killed worker, stopping."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.models import Quota, User
from forge.core.models import AuditEntry, Event
from forge.datasets.hooks import SampleScope, find_learners
from forge.datasets.models import Consent, DataVersion, Sample
from forge.datasets.removals.actions import withdraw_consent
from forge.datasets.versions.manifest import Entry
from forge.jobs.models import Job, WorkerCapability
from forge.jobs.queue import cancel, take
from forge.learning.lab_jobs.models import TrainingTime
from forge.learning.lab_jobs.process import LabDied, LabRefused
from forge.learning.learnable_data.archive import write_data
from forge.learning.searches import job
from forge.learning.searches.actions import searches
from forge.learning.searches.kinds import MAX_UNFINISHED
from forge.learning.searches.models import ModelSearch, SearchTrial
from forge.learning.searches.trial_rows import RowsForLab, claim_trial, drop_unfinished
from forge.projects.actions import write_file
from forge.projects.models import Project
from lab.training.settings import ENVIRONMENT
from tests.forge.learning.searching import SEARCHES, SPACE, begun, read, run_jobs, scripted
from tests.support.cases import each_case
from tests.support.forge.factories.searches import claim_event, finished_search, trial_event, tried
from tests.support.forge.factories.training import SMALL, ScriptedLab

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("nobody_wakes")]
PAGE = "/acme/kitchen/searches"
SUMMARY = {"reason": "The budget of trials is used up.", "trials": 2}


@pytest.mark.slow
def test_a_search_has_each_trial_as_a_row(searcher: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    events = [
        SPACE,
        claim_event(1),
        {"event": "counted", "trial": 1, "ram": 2000, "flash": 9000, "instructions": 90_000},
        {"event": "epoch", "trial": 1, "epoch": 1, "validation_accuracy": 0.5},
        trial_event(1),
        *tried(2, ram=9000, share=None, state="over limit"),
        *tried(3, ram=1000, share=0.8),
        *tried(4, ram=1500, share=0.7),
    ]
    lab = scripted(monkeypatch, events, SUMMARY)
    begun(searcher, limits={"ram": 4000}, vary={"filters": ["4", "8"]}, trials=5)
    run_jobs()
    search = read(searcher)
    assert (search["state"], search["error"], search["end_reason"]) == ("finished", "", SUMMARY["reason"])
    assert search["counts"] == {"running": 0, "over limit": 1, "trained": 3, "stopped": 0, "failed": 0}
    assert search["best"] == [1, 3]
    assert search["space"] == 8
    assert search["rows"][1]["reason"] == "RAM 9 kB of at most 4 kB"
    request = lab.requests[0]
    assert (request["board"], request["vary"]) == ("raspberry-pi-pico", {"filters": ["4", "8"]})
    # Flash is limited by the board, RAM by what was asked for.
    assert (request["limits"]["ram"], request["limits"]["flash"] > 1_000_000) == (4000, True)
    minutes = request["budget"].pop("minutes")
    assert request["budget"] == {"trials": 5, "workers": 1, "patience": 30}
    assert 29 < minutes <= 30
    assert AuditEntry.objects.filter(action="search.begin").count() == 1
    assert Event.objects.filter(type="search.changed").count() > 4


@pytest.mark.slow
def test_samples_of_the_test_split_do_not_reach_a_search(searcher: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    splits: list[str] = []

    def noting(version: DataVersion, entries: Sequence[Entry], target: Path) -> Mapping[str, int]:
        splits.extend(each.split for each in entries)
        return write_data(version, entries, target)

    monkeypatch.setattr("forge.learning.lab_jobs.following.write_data", noting)
    scripted(monkeypatch, [SPACE], SUMMARY)
    begun(searcher)
    run_jobs()
    assert read(searcher)["state"] == "finished"
    assert set(splits) == {"train", "validation"}


@pytest.mark.slow
def test_a_search_whose_process_dies_tries_its_trial_again(searcher: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    event = {"event": "counted", "trial": 2, "ram": 1, "flash": 1, "instructions": 1}
    dying = ScriptedLab([SPACE, *tried(1), claim_event(2), event], LabDied("gone"))
    lab = ScriptedLab([SPACE, {"event": "rows"}, trial_event(2, ram=1000)], SUMMARY)
    attempts = iter((dying, lab))
    monkeypatch.setitem(vars(job.SEARCH), "execute", lambda context: job.run_search_job(context, next(attempts)))
    begun(searcher)
    run_jobs()
    assert dying.requests[0]["interrupted"] is None
    # The next attempt gets its own trial, which nobody else may try, and finished ones when it asks.
    trial = lab.requests[0]["interrupted"]
    assert (trial["trial"], trial["arguments"], trial["needs"]) == (2, {"filters": 8}, None)
    (answer,) = lab.commands
    assert [(each["trial"], each["state"], each["quantize"]) for each in answer["trials"]] == [(1, "trained", "int8")]
    assert answer["running"] == []
    search = read(searcher)
    assert (search["state"], [each["number"] for each in search["rows"]]) == ("finished", [1, 2])


@pytest.mark.slow
def test_the_jobs_of_a_search_share_its_trials(searcher: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(searcher, workers=2, trials=2)
    first, second = Job.objects.filter(kind="model-search").order_by("created")
    search = ModelSearch.objects.get()
    assert claim_trial(search, first.pk, {"filters": 4}, "int8") == 1
    assert claim_trial(search, second.pk, {"filters": 4}, "int8") is None
    assert RowsForLab(search, second.pk).news()["running"] == [{"arguments": {"filters": 4}, "quantize": "int8"}]
    assert claim_trial(search, second.pk, {"filters": 4}, "int16x8") == 2
    assert claim_trial(search, second.pk, {"filters": 8}, "int8") is None  # the budget
    # A candidate over a limit costs nothing, and a trial whose job ended without it is free.
    SearchTrial.objects.filter(number=1).update(state="over limit")
    drop_unfinished(search, second.pk)
    rows = RowsForLab(search, second.pk)
    assert [each["trial"] for each in rows.news()["trials"]] == [1]
    assert rows.news() == {"trials": [], "running": []}
    assert claim_trial(search, second.pk, {"filters": 8}, "int8") == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"instruction": "stop"}, "The search was stopped."),
        ({"minutes": 0}, "The budget of time is used up."),
        ({"trials": 0}, "The budget of trials is used up."),
    ],
)
def test_a_search_that_has_nothing_to_do_says_why(searcher: Client, values: dict[str, Any], reason: str) -> None:
    begun(searcher)
    ModelSearch.objects.update(**values)
    run_jobs()
    assert (read(searcher)["state"], read(searcher)["end_reason"]) == ("finished", reason)


def test_the_reason_of_a_job_that_tried_something_comes_first() -> None:
    jobs = [
        Job(state="succeeded", result={"trials": 9, "reason": reason, **more})
        for reason, more in (
            ("The budget of time is used up.", {"had_nothing_to_do": True}),
            ("Every one was tried.", {}),
        )
    ]
    assert job._following(ModelSearch(), jobs)["end_reason"] == "Every one was tried."


@pytest.mark.slow
def test_a_search_is_stopped_and_goes_on_with_more_trials(searcher: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(searcher)
    response = searcher.post(f"{SEARCHES}/1/stop")
    assert (response.status_code, response.json()["state"]) == (202, "cancelled")
    assert searcher.post(f"{SEARCHES}/1/stop").status_code == 409
    again = searcher.post(f"{SEARCHES}/1/resume", {"trials": 9}, content_type="application/json")
    assert (again.status_code, again.json()["state"], again.json()["trials"]) == (202, "waiting", 9)
    assert take([WorkerCapability.LAB]) is not None  # a worker runs its job
    assert searcher.post(f"{SEARCHES}/1/stop").json()["instruction"] == "stop"
    assert searcher.post(f"{SEARCHES}/1/resume", {}, content_type="application/json").status_code == 409


@pytest.mark.slow
def test_a_search_that_cannot_be_made_says_why(searcher: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch, [], LabRefused("circle has 1 person; 3 are needed.", "too-few-groups"))
    begun(searcher)
    run_jobs()
    search = read(searcher)
    assert (search["state"], search["error"], search["reason"]) == (
        "failed",
        "circle has 1 person; 3 are needed.",
        "too-few-groups",
    )


@pytest.mark.parametrize(
    "event",
    [
        {"event": "trial", "trial": 1},
        {"event": "other"},
        7,
        {**trial_event(1), "state": "won"},
        trial_event(2),
        {**trial_event(1), "files": {"../model.tflite": "model"}},
        {**trial_event(1), "files": {"model.tflite": "nothing"}},
    ],
    ids=["incomplete", "unknown", "a number", "another state", "another trial", "another file", "no file"],
)
@pytest.mark.slow
def test_what_lab_must_not_send_ends_the_search(searcher: Client, monkeypatch: pytest.MonkeyPatch, event: Any) -> None:
    scripted(monkeypatch, [claim_event(1), event], SUMMARY)
    begun(searcher)
    run_jobs()
    assert (read(searcher)["state"], SearchTrial.objects.count()) == ("failed", 0)


@each_case(
    ("body", "reason"),
    [
        ({"recipe": "none"}, "no recipe"),
        ({"recipe": "motion-trees", "arguments": {}}, "not searched"),
        ({"vary": {"filters": ["many"]}}, "not a value of filters"),
        ({"vary": {"filters": ["1e9"]}}, "not a value of filters"),
        ({"vary": {"colour": ["1"]}}, "not a value of colour"),
        ({"vary": {"quantize": ["int4"]}}, "not a value of quantize"),
        ({"board": "none"}, "none"),
        ({"trials": 0}, ""),
        ({"minutes": 100_000}, ""),
        ({"limits": {"ram": -1}}, ""),
    ],
)
def test_settings_that_cannot_be_searched_are_refused(searcher: Client, body: dict[str, Any], reason: str) -> None:
    assert reason in begun(searcher, 400, **body)["detail"]
    assert not ModelSearch.objects.exists()


@pytest.mark.slow
def test_there_are_limits_of_searches_and_minutes(
    searcher: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(MAX_UNFINISHED):
        begun(searcher)
    assert "already" in begun(searcher, 409)["detail"]
    for number in range(1, MAX_UNFINISHED + 1):
        searcher.post(f"{SEARCHES}/{number}/stop")
    now = timezone.now()
    TrainingTime.objects.create(organisation=project.organisation, begun=now - timedelta(minutes=9), ended=now)
    Quota.objects.create(holder=project.organisation.stream, resource="training", limit=9)
    assert "9 minutes" in begun(searcher, 429)["detail"]


@pytest.mark.slow
@pytest.mark.parametrize("way", ["resume", "retry"])
def test_going_on_counts_like_another_search_that_waits(
    searcher: Client, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(searches, "MAX_UNFINISHED", 1)
    begun(searcher)
    searcher.post(f"{SEARCHES}/1/stop")
    path = f"{SEARCHES}/1/resume" if way == "resume" else f"/api/v1/jobs/{Job.objects.get().pk}/retry"
    begun(searcher)
    response = searcher.post(path, {}, content_type="application/json")
    assert (response.status_code, "1 searches wait or run already" in response.json()["detail"]) == (409, True)
    assert read(searcher)["state"] == "cancelled"
    searcher.post(f"{SEARCHES}/2/stop")
    assert searcher.post(path, {}, content_type="application/json").status_code == 202
    assert read(searcher)["state"] == "waiting"


@pytest.mark.slow
def test_one_of_several_jobs_of_a_search_is_retried_beside_the_others(searcher: Client) -> None:
    begun(searcher, workers=2)
    job = Job.objects.earliest("created")
    assert cancel(job, "somebody")
    assert searcher.post(f"/api/v1/jobs/{job.pk}/retry").status_code == 202
    assert Job.objects.unfinished().count() == 2


@pytest.mark.slow
def test_a_retry_gives_no_minutes_of_a_search_back(searcher: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = scripted(monkeypatch, [SPACE], SUMMARY)
    begun(searcher, minutes=30)
    job, end = Job.objects.get(), timezone.now() - timedelta(hours=1)
    Job.objects.update(state="failed", started=end - timedelta(minutes=20), finished=end)
    assert searcher.post(f"/api/v1/jobs/{job.pk}/retry").status_code == 202
    run_jobs()
    assert 9 < lab.requests[0]["budget"]["minutes"] <= 10
    assert searcher.get(f"{PAGE}/1").context["minutes_used"] == 20


@pytest.mark.slow
def test_a_job_of_a_search_that_went_on_since_is_not_retried(searcher: Client) -> None:
    begun(searcher)
    job = Job.objects.get()
    for act in ("stop", "resume", "stop"):
        searcher.post(f"{SEARCHES}/1/{act}", {}, content_type="application/json")
    response = searcher.post(f"/api/v1/jobs/{job.pk}/retry")
    assert (response.status_code, "went on with other jobs" in response.json()["detail"]) == (409, True)


@pytest.mark.slow
def test_deleting_samples_cancels_a_search_that_would_learn_from_them(
    searcher: Client, user: User, project: Project
) -> None:
    begun(searcher)
    consent = Consent.objects.filter(samples__split="train").distinct().get()
    removal = withdraw_consent(user, consent)
    assert removal is not None
    assert removal.stopped == ["Search 1 of acme/kitchen was cancelled."]
    search = read(searcher)
    assert search["state"] == "cancelled"
    assert "Go on with it" in search["error"]


@pytest.mark.slow
def test_a_search_that_keeps_models_is_named_among_what_learned(searcher: Client, user: User, project: Project) -> None:
    search = finished_search(user, project)
    sample = Sample.objects.filter(split="train").earliest("number")
    scope = SampleScope(sample.data_set_id, [sample.number])
    assert [each.url for each in find_learners(scope)] == [search.get_absolute_url()]
    SearchTrial.objects.update(files={})
    assert find_learners(scope) == []


def test_ranges_of_accuracy_begin_below_the_lowest_of_them(searcher: Client, user: User, project: Project) -> None:
    finished_search(user, project)
    smaller_needs = {"target": "cortex-m0plus", "flash": 9000, "ram": 2000, "instructions": 90_000}
    SearchTrial.objects.filter(number=2).update(needs=smaller_needs)
    write_file(user, project, "forge.yml", b"limits:\n  accuracy: 55 %\n")
    page = " ".join(searcher.get(f"{PAGE}/1").content.decode().split())
    ranges = re.findall(r'class="interval" x1="([\d.]+)" x2="([\d.]+)".*?cx="([\d.]+)"', page)
    # The best are trial 3, 53 % (33 to 58), and trial 2, 52 % (32 to 57): 30 % is at 0 and 100 % at 160.
    assert [tuple(map(float, each)) for each in ranges] == [(6.9, 64.0, 52.6), (4.6, 61.7, 50.3)]
    assert re.findall(r'class="limit" x1="([\d.]+)" x2="[\d.]+" y1="-8"', page) == ["57.1", "57.1"]


@pytest.mark.slow
def test_the_page_shows_the_trials_and_says_what_the_accuracy_is_not(
    searcher: Client, user: User, project: Project
) -> None:
    finished_search(user, project)
    SearchTrial.objects.create(search_id=ModelSearch.objects.get().pk, number=4, **_over_limit())
    page = searcher.get(f"{PAGE}/1?across=ram&trial=2").content.decode()
    assert "a part of its accuracy is luck" in page
    assert "The test split is not read" in page
    assert "Open trial 2 as a change" in page
    assert page.count('class="over"') == 2
    listing = searcher.get(PAGE).content.decode()
    assert "Search 1" in listing
    assert 'name="vary-filters"' in listing
    fields = {
        "recipe": "motion",
        "version": "1",
        "board": "raspberry-pi-pico",
        "vary-filters": "4, 8",
        "vary-quantize": "int8",
    }
    budget = {"trials": "3", "minutes": "5", "workers": "1", "ram": "4", "flash": "", "instructions": "2"}
    begun_page = searcher.post(f"{PAGE}/begin", {**fields, **budget})
    assert begun_page["Location"] == f"{PAGE}/2"
    search = ModelSearch.objects.get(number=2)
    assert (search.limits["ram"], search.limits["instructions"]) == (4000, 2_000_000)
    text = searcher.post(f"{PAGE}/begin", {**fields, **budget, "ram": "much"}).content.decode()
    assert "The limit of ram is not a number" in text
    assert searcher.post(f"{PAGE}/2/stop").status_code == 302
    assert searcher.post(f"{PAGE}/2/resume", {"trials": "x"}).status_code == 400
    assert searcher.post(f"{PAGE}/1/trials/2/use")["Location"] == "/acme/kitchen/training/1"
    assert searcher.post(f"{PAGE}/2/discard").status_code == 302
    assert ModelSearch.objects.count() == 1


def _over_limit() -> dict[str, Any]:
    row = trial_event(4, ram=9000, share=None, state="over limit")
    return {"arguments": row["arguments"], "form": "int8", "state": row["state"], "needs": row["needs"]}


@pytest.mark.proof
@pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares")
def test_a_real_search_counts_trains_and_ranks(searcher: Client) -> None:
    arguments = {**SMALL, "epochs": 3}
    vary = {"filters": ["4", "8", "32"], "window": ["50"], "blocks": ["2"], "kernel": ["5"]}
    begun(searcher, arguments=arguments, vary=vary, trials=2, minutes=10, limits={"ram": 5000})
    run_jobs()
    search = read(searcher)
    assert (search["state"], search["error"]) == ("finished", "")
    assert search["counts"]["trained"] + search["counts"]["stopped"] == 2
    trials = [each for each in search["rows"] if each["state"] == "trained"]
    assert all(each["needs"]["ram"] <= 5000 and each["needs"]["instructions"] > 1000 for each in trials)
    assert search["best"]
