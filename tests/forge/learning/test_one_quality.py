"""The quality of a model is one record: the run, its change request, the data, the overview, the list of projects, the
build and its review agree on it, with count, range and split."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import Role, User
from forge.datasets.model_quality import LabelQuality, ModelQuality, reads_text
from forge.learning.quality import quality_of_run
from forge.learning.quality.epochs import sentence_of
from forge.learning.training.models import TrainingRun
from forge.projects.models import Project
from forge.reviews.actions import RequestedGroup, ask_for_review
from rune.assessment.evaluation.evaluation import SampleOutcome
from rune.datasets.splits import Split
from tests.support.cases import each_case
from tests.support.forge.factories.builds import built
from tests.support.forge.factories.evaluations import evaluated
from tests.support.forge.factories.members import make_member
from tests.support.forge.factories.training import finished_run, motion_version

RUN = "/api/v1/projects/acme/kitchen/training/1"
OF_RUN = "19 of 20 validation recordings, 76 to 99 %"
OF_BUILD = "9 of 10 test recordings, 60 to 98 %"


def judged_run(user: User, project: Project) -> TrainingRun:
    """A finished run whose rune is right on 19 of 20 validation recordings."""
    run = finished_run(user, project)
    circle, shake = {"samples": 8, "recall": [0.875, 0.5, 0.98]}, {"samples": 12, "recall": [1.0, 0.7, 1.0]}
    judgement = {"accuracy": [0.95, 0.76, 0.99], "samples": 20, "labels": {"circle": circle, "shake": shake}}
    run.report["judgements"] = {"validation": judgement}
    run.save()
    return run


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("nobody_wakes")
@pytest.mark.protects("recordings/test-split")
def test_every_page_says_the_same_of_a_model(client: Client, project: Project, user: User) -> None:
    motion_version(user, project)
    judged_run(user, project)
    overview, data, home = "/acme/kitchen", "/acme/kitchen/data", "/"
    quality = client.get(RUN).json()["quality"]
    assert quality["sentence"] == OF_RUN
    assert (quality["split"], quality["right"], quality["count"]) == ("validation", 19, 20)
    assert [(each["label"], each["right"], each["count"]) for each in quality["labels"]] == [
        ("circle", 7, 8),
        ("shake", 12, 12),
    ]
    change = client.post(f"{RUN}/use", {}, content_type="application/json").json()["change_url"]
    pages = ["/acme/kitchen/training/1", "/acme/kitchen/training", change, data, overview, home]
    for address in pages:
        assert OF_RUN in page_of(client, address), address
        assert "test recordings" not in page_of(client, address), address
    for address in ("/acme/kitchen/training/1", data, overview):
        assert "not read" in page_of(client, address), address

    build = built(user, project)
    evaluated(build, [SampleOutcome(str(each), "yes", "yes" if each else "no", 0.9) for each in range(10)])
    judge = make_member(project.organisation, "judge@acme.example", "Judge", Role.REVIEWER)
    groups = [RequestedGroup((judge.pk,))]
    review = ask_for_review(user, build, "Hears knocks", reviewers=groups).get_absolute_url()
    address = f"/acme/kitchen/builds/{build.number}"
    assert "90.0 %" in page_of(client, address)
    for page in (f"{address}/accuracy", "/acme/kitchen/builds", review, data, overview, home):
        assert OF_BUILD in page_of(client, page), page
    for page in ("/acme/kitchen/training/1", data, overview, f"{address}/accuracy", review):
        assert "read by 1 build" in page_of(client, page), page
    assert OF_RUN in page_of(client, "/acme/kitchen/training/1"), "a build changes what a run is judged on"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("nobody_wakes")
def test_without_validation_recordings_a_page_says_so_and_no_number(
    client: Client, project: Project, user: User
) -> None:
    motion_version(user, project)
    run = finished_run(user, project)
    run.report["judgements"] = {"validation": {"accuracy": None, "samples": 0}}
    run.answers = {"epoch": 0}
    run.save()
    assert client.get(RUN).json()["quality"] is None
    page = page_of(client, "/acme/kitchen/training/1")
    assert "There are too few recordings for validation" in page
    assert " right: " not in page
    assert "No model was judged yet." in page_of(client, "/acme/kitchen")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("nobody_wakes")
def test_a_run_of_an_earlier_version_keeps_its_test_figure_as_history(
    client: Client, project: Project, user: User
) -> None:
    motion_version(user, project)
    run = judged_run(user, project)
    run.report["judgements"]["test"] = {"accuracy": [1.0, 0.72, 1.0], "samples": 10}
    run.save()
    page = page_of(client, "/acme/kitchen/training/1")
    earlier = "An earlier version of this server also ran its rune on the test split: right on 10 of 10 recordings."
    assert earlier in page
    assert OF_RUN in page
    quality = quality_of_run(run)
    assert quality is not None
    assert quality.split is Split.VALIDATION
    assert "for 1 training run" in page_of(client, "/acme/kitchen/data/versions/1")


@each_case(
    ("right", "count", "sentence"),
    [
        (19, 20, OF_RUN),
        (1, 1, "1 of 1 validation recording, 21 to 100 %"),
        (0, 3, "0 of 3 validation recordings, 0 to 56 %"),
        (1234, 2000, "1,234 of 2,000 validation recordings, 60 to 64 %"),
    ],
)
def test_a_figure_has_its_count_its_range_and_its_split(right: int, count: int, sentence: str) -> None:
    quality = ModelQuality(Split.VALIDATION, right, count, "training run 3", "/run", (LabelQuality("a", right, count),))
    assert quality.sentence == sentence
    assert quality.low <= quality.share <= quality.high
    (label,) = quality.labels
    assert (label.low, label.high) == (quality.low, quality.high)


def test_reads_are_counted_by_builds() -> None:
    assert [reads_text(count) for count in (0, 1, 3)] == ["not read", "read by 1 build", "read by 3 builds"]


def rows(*figures: tuple[float, float]) -> Any:
    """Rows of curves of these losses and accuracies on the validation split."""
    return [
        {"epoch": place, "loss": loss, "accuracy": share, "validation_loss": loss, "validation_accuracy": share}
        for place, (loss, share) in enumerate(figures, start=1)
    ]


def test_the_epoch_that_is_used_is_named_with_the_reason() -> None:
    assert sentence_of([], 0, is_over=False) == ""
    lowest = sentence_of(rows((0.5, 0.7), (0.3, 0.9)), 2, is_over=True)
    assert lowest == "The model is that of epoch 2: its loss on the validation split is the lowest of all epochs."
    running = sentence_of(rows((0.5, 0.7), (0.3, 0.9)), 2, is_over=False)
    assert running.startswith("So far the model would be that of epoch 2: ")
    peak = sentence_of(rows((0.5, 0.7), (0.2, 1.0), (0.4, 0.8), (0.3, 0.889)), 4, is_over=True)
    assert peak == (
        "The model is that of epoch 4, although the curve was higher in epoch 2 (100.0 %): its loss on the validation "
        "split is the lowest of the last epochs, from which it is chosen. Earlier epochs change the network in larger "
        "steps, so a peak among them is often chance."
    )
    sure = sentence_of(rows((0.5, 1.0), (0.4, 0.8), (0.3, 0.889)), 3, is_over=True)
    assert "although the curve was higher in epoch 1 (100.0 %)" in sure
    assert "is the lowest of all epochs. " in sure


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("nobody_wakes")
def test_the_mark_stands_on_the_epoch_that_is_used_and_the_page_says_what_the_curve_is(
    client: Client, project: Project, user: User
) -> None:
    motion_version(user, project)
    run = judged_run(user, project)
    run.curves = rows((0.5, 0.7), (0.2, 1.0), (0.4, 0.8), (0.3, 0.889))
    run.best_epoch = 4
    run.save()
    page = page_of(client, "/acme/kitchen/training/1")
    assert "epoch 4 is used" in page
    assert "The model is that of epoch 4, although the curve was higher in epoch 2 (100.0 %)" in page
    assert "The curves are of windows, by the network in floats." in page
    assert "88.9 %" not in page, "a run has a second accuracy"
    assert client.get(RUN).json()["epoch_sentence"] in page
