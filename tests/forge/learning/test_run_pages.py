"""The page of a run that ended: its curves and figures by what the recipe learns, and runs side by side."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.models import User
from forge.datasets.models import Sample
from forge.jobs.models import Job
from forge.learning.lab_jobs import queue as lab_queue
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.recipes import recipe_of
from forge.learning.searches.pages import views as search_views
from forge.learning.training.models import TrainingRun
from forge.learning.training.pages import views
from forge.learning.training.pages.drawing import TICKS, _epoch_ticks
from forge.learning.training.pages.written import written_arguments
from forge.projects.models import Project
from tests.forge.learning.test_training import begun, read
from tests.support.cases import each_case
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.searches import finished_search
from tests.support.forge.factories.training import curve, finished_run, motion_version
from tests.support.training.motion_data import LABELS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def trains(client: Client, project: Project, user: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Somebody with a version of some data; no worker does the jobs."""
    monkeypatch.setattr(lab_queue, "notify_workers", lambda capability: None)
    motion_version(user, project)
    return client


@pytest.mark.slow
def test_the_curve_of_an_autoencoder_is_what_it_explains_and_its_recordings_are_judged(
    trains: Client, project: Project, user: User
) -> None:
    finished_run(user, project)
    address = "/acme/kitchen/training/1"
    assert "Explained" not in trains.get(address).content.decode()
    TrainingRun.objects.update(recipe="autoencoder")
    page = trains.get(address).content.decode()
    assert "Explained" in page
    assert "Confusion matrix" in page
    assert "Mean errors" not in page


@pytest.mark.slow
def test_a_run_that_counts_shows_its_objects_and_no_accuracy(trains: Client, project: Project, user: User) -> None:
    finished_run(user, project)
    finished_run(user, project)
    share, error = ({"value": value, "low": value / 2, "high": value} for value in (0.8125, 0.25))
    of_label = {"objects": 9, "precision": 0.75, "recall": None, "f1": 0.6, "count_error": 0.125}
    baseline = {"value": 1.5, "low": 1.0, "high": 2.0}
    counting = {"objects": 9, "threshold": 0.4, "count_error": error, "baseline": baseline, "labels": {"bee": of_label}}
    counting |= {"precision": share, "recall": None, "f1": share}
    split = {"samples": 12, "skipped_samples": 0, "accuracy": None, "counting": counting}
    sample, missing = Sample.objects.filter(removed=None).order_by("number")[:2]
    miscount = [{"label": "bee", "marked": 3, "counted": 5}]
    worst = [{"recording": place, "labels": miscount} for place in range(3)]
    judgements = {"validation": split | {"worst_counts": worst}}
    report = {**TrainingRun.objects.get(number=1).report, "judgements": judgements}
    description = {**TrainingRun.objects.get(number=1).description, "recordings": [sample.number, missing.number]}
    TrainingRun.objects.filter(number=1).update(recipe="counting", report=report, description=description, answers={})
    Sample.objects.filter(pk=missing.pk).update(removed=timezone.now())
    page = trains.get("/acme/kitchen/training/1").content.decode()
    assert "Counting accuracy" in page
    assert "81.2 % (40.6 to 81.2 %)" in page
    assert "1.5 (1 to 2)" in page
    assert ">bee</th><td>9</td><td>60.0 %</td>" in page
    assert "F1 of cells" in page
    assert page.count("bee: 3 marked") == page.count("5 counted") == page.count('class="mistake"') == 1
    assert f'aria-label="Sample {sample.number:04d}"' in page
    assert "Accuracy" not in page
    assert "Confusion matrix" not in page
    assert read(trains)["counting"]["validation"] == counting
    comparison = trains.get("/acme/kitchen/training/compare?run=1&run=2").content.decode()
    assert "F1 of objects, validation" in comparison


def test_side_by_side_each_curve_has_the_heading_of_its_recipe(trains: Client, project: Project, user: User) -> None:
    finished_run(user, project)
    finished_run(user, project)
    TrainingRun.objects.filter(number=1).update(recipe="autoencoder")
    page = trains.get("/acme/kitchen/training/compare?run=1&run=2").content.decode()
    first, second = page.split('aria-labelledby="run-')[1:]
    assert "to go" not in page  # both have ended
    assert ">Explained</text>" in first
    assert ">Accuracy</text>" not in first
    assert ">Accuracy</text>" in second
    assert "% explained</td>" in second


def test_labels_that_a_recipe_joins_are_judged_as_one(trains: Client) -> None:
    begun(trains)
    of_each = [Sample.objects.filter(label=label).values_list("number", flat=True)[0] for label in LABELS]
    classes = {"circle": "circle", "shake": "anomaly", "still": "anomaly"}
    description = {"labels": ["circle", "anomaly"], "recordings": of_each, "counts": {}, "classes": classes}
    answers = {"epoch": 1, "validation": [[0, 0, 0.9], [1, 1, 0.8], [2, 0, 0.7]]}
    TrainingRun.objects.update(description=description, answers=answers)
    judgement = read(trains)["judgements"]["validation"]
    assert judgement["confusion"] == [[1, 0], [1, 1]]
    assert [(each["sample"], each["label"], each["answer"]) for each in judgement["mistakes"]] == [
        (of_each[2], "anomaly", "circle")
    ]


def test_one_of_what_is_counted_is_written_in_the_singular() -> None:
    arguments = {"mean-of": 1, "window": 50, "epochs": 1, "noise": 1.0, "gone": 1}
    assert written_arguments(arguments, recipe_of("motion")) == [
        ("Windows averaged", "1 window"),
        ("Window", "50 rows"),
        ("Epochs, at most", "1 epoch"),
        ("Noise", "1"),
        ("Gone", "1"),
    ]
    assert ("Time shift, up to", "1 ms") in written_arguments({"shift": 1}, recipe_of("keywords"))


@each_case("epochs", [1, 6, 7, 600, 6000, 6001, 10_000])
def test_any_number_of_epochs_has_a_few_ticks(epochs: int) -> None:
    ticks = _epoch_ticks(epochs)
    assert ticks[0] == 1
    assert ticks == sorted(set(ticks))
    assert ticks[-1] <= epochs
    assert len(ticks) <= TICKS + 2


def test_the_remaining_time_is_that_of_the_epochs_since_the_run_went_on(
    trains: Client, project: Project, user: User
) -> None:
    begun(trains, arguments={"window": 20, "hop": 20, "epochs": 600})
    run = TrainingRun.objects.get()
    now = timezone.now()
    TrainingRun.objects.update(
        state=LabJobState.RUNNING,
        curves=list(curve(305)),
        description={"resumed": {"epoch": 300, "began": (now - timedelta(seconds=20)).isoformat()}},
    )
    assert run.job_id is not None
    Job.objects.filter(pk=run.job_id).update(started=now - timedelta(hours=6))
    page = trains.get("/acme/kitchen/training/1").content.decode()
    assert "at most 20 min left" in page  # 295 epochs of 4 s


@pytest.mark.slow
def test_the_page_names_the_weakest_label_and_person_and_shows_their_mistakes(
    trains: Client, project: Project, user: User
) -> None:
    run = finished_run(user, project)
    labels = dict(Sample.objects.filter(split="validation").values_list("number", "label"))
    numbers = run.description["recordings"]
    wrong = {"shake": LABELS.index("still")}
    rows = [
        [numbers.index(number), wrong.get(label, LABELS.index(label)), 0.9 - number / 100]
        for number, label in labels.items()
    ]
    TrainingRun.objects.update(answers={"epoch": 0, "validation": rows})
    mistakes = sum(label == "shake" for label in labels.values())
    page = compact(trains.get("/acme/kitchen/training/1").content.decode())
    assert f"shake is right least often: {mistakes} of {mistakes} wrong" in page
    assert page.count('class="mistake"') == mistakes

    def shown(choice: str) -> str:
        return compact(trains.get(f"/acme/kitchen/training/1?mistakes={choice}").content.decode())

    groups = Sample.objects.filter(split="validation", label="shake").values_list("group__number", flat=True)
    for choice, count in (
        ("all", mistakes),
        (str(groups[0]), groups.count()),
        ("9999999999", mistakes),
        ("x", mistakes),
    ):
        assert shown(choice).count('class="mistake"') == count
    assert shown("99999").count('class="mistake"') == 0


@pytest.mark.slow
def test_older_runs_and_searches_are_on_further_pages(
    trains: Client, project: Project, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "SHOWN_RUNS", 2)
    monkeypatch.setattr(search_views, "SHOWN_ROWS", 2)
    monkeypatch.setattr(lab_queue, "notify_workers", lambda capability: None)
    for _ in range(3):
        finished_run(user, project)
        finished_search(user, project, 1)
    for address, mark in (("training?runs=all", 'data-run="{}"'), ("searches?", "<b>Search {}</b>")):
        first = trains.get(f"/acme/kitchen/{address}").content.decode()
        assert (mark.format(3) in first, mark.format(1) in first) == (True, False)
        assert mark.format(1) in trains.get(f"/acme/kitchen/{address}&page=2").content.decode()
