"""A change request with a trained model shows the figures of the model that it replaces: on its page, in its text and
over the API. What is unknown is said in a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from forge.accounts.models import User
from forge.builds.models import Build
from forge.learning.offers.stored_figures import main_file
from forge.learning.searches.actions.using import open_trial
from forge.learning.training.models import TrainingRun
from forge.projects.actions import write_file
from forge.projects.models import Project
from forge.reviews.models import ChangeRequest
from rune.wording import size_text
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import built, packed
from tests.support.forge.factories.searches import finished_search
from tests.support.forge.factories.training import finish_run, motion_run, motion_version
from tests.support.training.motion_model import motion_model

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("nobody_wakes")]
OLD = motion_model()
NEW = b"learned"
RUNS = "/api/v1/projects/acme/kitchen/training"


@pytest.fixture
def trains(client: Client, project: Project, user: User) -> Client:
    motion_version(user, project)
    return client


def finished(user: User, project: Project, share: list[float], model: bytes, **needs: int) -> TrainingRun:
    """A run with this accuracy on 40 recordings, and a model of these bytes."""
    run = finish_run(motion_run(user, project), model)
    run.report["judgements"] = {"validation": {"accuracy": share, "samples": 40}}
    run.needs = {"cortex-m4": {"flash": 9000, "ram": 900, "instructions": 90_000, "not_measured": None} | needs}
    run.save()
    return run


def used(client: Client, run: TrainingRun) -> tuple[Any, str]:
    """The change request of a run as the API has it, and its page."""
    answer = client.post(f"{RUNS}/{run.number}/use", {}, content_type="application/json")
    assert answer.status_code == 201, answer.content
    return opened(client, answer.json()["change_url"])


def opened(client: Client, url: str) -> tuple[Any, str]:
    row = ChangeRequest.objects.get(number=int(url.rpartition("/")[2]))
    answer = client.get(f"/api/v1/change-requests/{row.pk}")
    assert answer.status_code == 200, answer.content
    return answer.json(), compact(client.get(url).content.decode())


def test_without_a_model_before_nothing_stands_beside_the_figures(trains: Client, user: User, project: Project) -> None:
    change, page = used(trains, finished(user, project, [0.9, 0.8, 0.95], NEW))
    (model,) = change["models"]
    assert (model["old_path"], model["old_size"], model["before"]) == ("", None, None)
    assert "It replaces no model of the project" in model["sentence"]
    assert model["now"]["held_out_figures"][0] == {
        "name": "Accuracy", "split": "validation", "value": 0.9, "low": 0.8, "high": 0.95, "samples": 40,
    }  # fmt: skip
    assert model["sentence"] in page
    assert model["sentence"] in change["message"]
    assert '<th scope="col">Before' not in page


def test_a_model_of_which_nothing_is_stored_is_said_to_be_unknown(trains: Client, user: User, project: Project) -> None:
    write_file(user, project, "model.tflite", OLD)
    change, page = used(trains, finished(user, project, [0.9, 0.8, 0.95], NEW))
    (model,) = change["models"]
    assert (model["old_path"], model["old_size"], model["before"]) == ("model.tflite", len(OLD), None)
    assert "Its accuracy and needs are unknown" in page
    assert "to compare both" in change["message"]
    assert f"Model file: {size_text(len(OLD))} before, 7 B now" in change["message"]


def test_the_figures_of_the_run_that_gave_the_model_before_stand_beside_the_new_ones(
    trains: Client, user: User, project: Project
) -> None:
    first = finished(user, project, [0.6, 0.5, 0.7], OLD, ram=1900)
    write_file(user, project, "model.tflite", OLD)
    change, page = used(trains, finished(user, project, [0.9, 0.8, 0.95], NEW, flash=9500))
    (model,) = change["models"]
    assert (model["before"]["origin"], model["now"]["origin"]) == ("training run 1", "training run 2")
    assert model["before"]["data_digest"] == model["now"]["data_digest"] == first.data_digest
    assert model["before"]["needs"]["cortex-m4"] == {"flash": 9000, "ram": 1900, "instructions": 90_000}
    for text in (
        "Accuracy, validation split: 60.0 % before, 90.0 % now (+30.0 points)",
        f"Model file: {size_text(len(OLD))} before, 7 B now (−{size_text(len(OLD) - 7)})",
        "RAM on cortex-m4: 1.9 kB before, 900 B now (−1.0 kB)",
        "Flash on cortex-m4: 9.0 kB before, 9.5 kB now (+500 B)",
        "Instructions on cortex-m4: 90,000 before, 90,000 now (the same)",
    ):
        assert f"- {text}" in change["message"]
    assert '<td class="good">+30.0 points</td>' in page
    assert '<td class="worse">+500 B</td>' in page
    assert 'href="/acme/kitchen/training/1"' in page
    assert "may be chance" not in page


def test_a_difference_inside_the_ranges_is_neither_good_nor_bad(trains: Client, user: User, project: Project) -> None:
    finished(user, project, [0.85, 0.7, 0.95], OLD)
    write_file(user, project, "model.tflite", OLD)
    _, page = used(trains, finished(user, project, [0.9, 0.8, 0.95], NEW))
    assert '<td class="muted">+5.0 points</td>' in page
    assert "The ranges overlap, so the difference may be chance." in page


def test_figures_on_other_recordings_are_shown_and_not_subtracted(trains: Client, user: User, project: Project) -> None:
    first = finished(user, project, [0.6, 0.5, 0.7], OLD)
    TrainingRun.objects.filter(pk=first.pk).update(data_digest="sha256:" + "1" * 64, data_number=7)
    write_file(user, project, "model.tflite", OLD)
    _, page = used(trains, finished(user, project, [0.9, 0.8, 0.95], NEW))
    assert "40 recordings of version 7" in page
    assert '<td class="muted">other recordings</td>' in page
    assert "points" not in page


def test_the_model_that_a_new_file_replaces_is_the_one_that_the_runefile_names_no_more(
    trains: Client, user: User, project: Project
) -> None:
    finished(user, project, [0.6, 0.5, 0.7], OLD)
    write_file(user, project, "old.tflite", OLD)
    write_file(user, project, "Runefile.yml", b"version: 1\npipeline:\n  net:\n    model: ./old.tflite\n")
    change, page = used(trains, finished(user, project, [0.9, 0.8, 0.95], NEW))
    (model,) = change["models"]
    assert (model["path"], model["old_path"], model["before"]["origin"]) == (
        "model.tflite", "old.tflite", "training run 1",
    )  # fmt: skip
    assert "old.tflite" in model["sentence"]
    assert escape(model["sentence"]) in page


def test_a_model_that_only_a_build_tested_has_the_figures_of_the_build(
    trains: Client, user: User, project: Project
) -> None:
    write_file(user, project, "model.tflite", OLD)
    build = built(user, project)
    packed(build, "cortex-m4")
    summary = {"samples": 40, "right": 24, "accuracy": 0.6, "low": 0.5, "high": 0.7}
    Build.objects.filter(pk=build.pk).update(evaluation=summary)
    change, page = used(trains, finished(user, project, [0.9, 0.8, 0.95], NEW))
    (model,) = change["models"]
    assert model["before"]["origin"] == "build 1"
    assert model["before"]["needs"]["cortex-m4"]["instructions"] == 2_042_492
    assert "60.0 %" in page
    assert "other recordings" in page  # nobody knows of which version those of the build are


def test_a_trial_is_compared_like_a_run(trains: Client, user: User, project: Project) -> None:
    finished(user, project, [0.6, 0.5, 0.7], OLD)
    write_file(user, project, "model.tflite", OLD)
    search = finished_search(user, project)
    trial = open_trial(user, search.rows.get(number=2))
    change, page = opened(trains, trial.change_url)
    (model,) = change["models"]
    assert model["now"]["origin"] == "trial 2 of search 1"
    assert model["before"]["origin"] == "training run 1"
    assert "Nothing was counted there for cortex-m0plus." in page


def test_a_number_and_counts_are_compared_by_their_error_and_their_f1(
    trains: Client, user: User, project: Project
) -> None:
    def with_error(run: TrainingRun, value: float) -> TrainingRun:
        interval = {"value": value, "low": value - 0.1, "high": value + 0.1}
        error = {"error": interval, "baseline": interval, "baseline_name": "the mean"}
        counting = {"f1": interval, "precision": None, "recall": None, "count_error": interval, "baseline": interval}
        figures = {"error": error, "counting": counting | {"objects": 9}}
        run.report["judgements"] = {"validation": {"accuracy": None, "samples": 40} | figures}
        run.save()
        return run

    with_error(finished(user, project, [0, 0, 0], OLD), 0.75)
    write_file(user, project, "model.tflite", OLD)
    change, page = used(trains, with_error(finished(user, project, [0, 0, 0], NEW), 0.25))
    assert "- Mean error, validation split: 0.75 before, 0.25 now (−0.5)" in change["message"]
    assert '<td class="good">−0.5</td>' in page
    assert '<td class="worse">−50.0 points</td>' in page


def test_what_trees_learned_is_their_file_and_none_of_the_records_beside_it() -> None:
    records = {"m.provenance.json", "m.splits.json", "m.training.json", "Runefile.yml", "script/train.py"}
    assert main_file({*records, "m.trees.json"}, "m.tflite") == "m.trees.json"
    assert main_file({*records, "m.tflite", "m.float.tflite"}, "m.tflite") == "m.tflite"
    assert main_file(records, "m.tflite") == ""
