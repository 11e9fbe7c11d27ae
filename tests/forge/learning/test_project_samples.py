"""Conversions measured on a project's own samples: through its own stages, by split, and never on those of others."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.builds.previews.refresh import refresh_previews
from forge.compute.pool.compiler import Compiler
from forge.datasets.models import Consent, Sample
from forge.jobs.models import Job, JobState
from forge.learning.conversions.kinds import CONVERSION_KIND
from forge.learning.models import ConvertedForm
from forge.projects.actions import write_file
from forge.projects.models import Project
from forge.projects.versions.declared_models import model_warnings
from forge.projects.versions.store import working_tree
from forge.reviews.change_requests.actions.merges import merge_past_gate
from forge.reviews.models import ChangeRequest
from tests.forge.learning.test_conversions import MODELS, converted, read, run_jobs
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.motion_model import motion_project
from tests.support.forge.factories.training import motion_samples
from tests.support.training.motion_data import LABELS
from tests.support.training.motion_model import motion_model

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker", "few_forms")]


@pytest.fixture
def samples(client: Client, user: User, project: Project) -> list[Sample]:
    motion_project(user, project)
    return motion_samples(user, project, people=8)


def model_of(client: Client) -> Any:
    row = converted(client, motion_model(), "motion.tflite")
    assert (row["state"], row["error"]) == ("ready", "")
    return row


def numbers(project: Project, split: str) -> set[int]:
    return set(Sample.objects.filter(data_set__project=project, split=split).values_list("number", flat=True))


@pytest.mark.slow
def test_ranges_and_accuracy_come_from_the_projects_samples_through_its_own_stages(
    client: Client, project: Project, samples: list[Sample]
) -> None:
    row = model_of(client)
    source = row["samples"]
    assert (source["kind"], source["is_guess"], source["stage"], source["classes"]) == (
        "recordings",
        False,
        "model",
        list(LABELS),
    )
    assert source["calibration"] == len(numbers(project, "train"))
    assert source["judging"] == len(numbers(project, "validation"))
    low, high = source["ranges"][0]
    # In g, as the Runefile's `scale` gives it, and not in metres per second squared.
    assert -3 < low < -0.3
    assert 0.9 < high < 3
    forms = {each["form"]: each for each in row["forms"]}
    for form in ("float32", "int8"):
        accuracy = forms[form]["figures"]["accuracy"]
        assert accuracy["samples"] == source["judging"]
        assert accuracy["low"] < accuracy["share"] <= accuracy["high"] + 1e-9
        assert sum(each["samples"] for each in accuracy["by_label"]) == source["judging"]
    assert forms["float32"]["figures"]["accuracy"]["share"] == 1.0
    answers = ConvertedForm.objects.get(form="float32").figures["answers"]
    assert {number for number, _ in answers} == numbers(project, "validation")
    conversion = ConvertedForm.objects.get(form="int8")
    assert conversion.provenance["samples"]["digest"].startswith("sha256:")
    assert set(conversion.calibrated_on or ()) == numbers(project, "train")
    assert ConvertedForm.objects.get(form="float32").calibrated_on == []
    page = compact(client.get(f"/acme/kitchen/models/{row['id']}").content.decode())
    for text in ("100.0 %", "computed by the stages in front of", "Accuracy by label", "On the line"):
        assert text in page, text
    assert "Calibrated on random numbers" not in page


@pytest.mark.slow
def test_ranges_are_measured_on_the_split_that_forge_yml_names(
    client: Client, user: User, owner: User, project: Project, samples: list[Sample], compiler: Compiler
) -> None:
    subset = sorted(numbers(project, "train"))[:9]
    Sample.objects.filter(data_set__project=project, number__in=subset).update(split="validation")
    write_file(user, project, "training/motion.tflite", motion_model())
    manifest = (
        "models:\n  model.tflite:\n    source: training/motion.tflite\n    quantize: int8\n    interface: float32\n"
    )
    for text in (manifest, f"{manifest}    calibration: validation\n"):
        write_file(user, project, "forge.yml", text.encode())
        refresh_previews(project.pk, compiler, threading.Event())
        run_jobs()
    rows = {each["id"]: read(client, each["id"]) for each in client.get(MODELS).json()["results"]}
    sources = {each["calibration"]: each["samples"] for each in rows.values()}
    validation = len(numbers(project, "validation"))
    assert sources["train"]["calibration"] == len(numbers(project, "train"))
    assert sources["validation"]["calibration"] + sources["validation"]["judging"] == validation
    assert sources["validation"]["judging"] > 0
    row = next(each for each in rows.values() if each["calibration"] == "validation")
    form = next(each for each in row["forms"] if each["form"] == "int8")
    page = compact(client.get(f"/acme/kitchen/models/{row['id']}").content.decode())
    assert "samples of the split validation, computed" in page
    address = f"{MODELS}/{row['id']}/forms/{form['number']}/apply"
    answer = client.post(address, {"path": "model.tflite"}, content_type="application/json")
    change = ChangeRequest.objects.get(number=answer.json()["number"])
    merge_past_gate(owner, change, "The gate has tests of its own.")
    tree = working_tree(project)
    assert b"calibration: validation" in tree.texts["forge.yml"]
    assert model_warnings(tree) == ()


@pytest.mark.slow
def test_a_withdrawn_sample_is_in_no_later_form(client: Client, project: Project, samples: list[Sample]) -> None:
    row = model_of(client)
    withdrawn = min(numbers(project, "validation"))
    Sample.objects.filter(data_set__project=project, number=withdrawn).update(is_excluded=True)
    body = {"form": "int8", "float_layers": ["scores"]}
    assert client.post(f"{MODELS}/{row['id']}/forms", body, content_type="application/json").status_code == 202
    run_jobs()
    form = ConvertedForm.objects.order_by("number").last()
    assert form is not None
    assert form.float_layers == ["scores"]
    assert {number for number, _ in form.figures["answers"]} == numbers(project, "validation") - {withdrawn}
    # A model that was measured on other samples is converted again; the earlier result is not used.
    assert model_of(client)["samples"]["judging"] == row["samples"]["judging"] - 1


@pytest.mark.slow
def test_samples_whose_answer_changed_are_listed_with_what_each_form_answers(
    client: Client, project: Project, samples: list[Sample]
) -> None:
    row = model_of(client)
    form = ConvertedForm.objects.get(form="int8")
    number, answer = form.figures["answers"][0]
    form.figures["answers"][0] = [number, (answer + 1) % 3]
    form.save()
    row = read(client, row["id"])
    changed = row["changed_samples"]
    assert [each["sample"] for each in changed] == [number]
    float_number = next(str(each["number"]) for each in row["forms"] if each["form"] == "float32")
    assert changed[0]["answers"] == {float_number: LABELS[answer], str(form.number): LABELS[(answer + 1) % 3]}
    page = compact(client.get(f"/acme/kitchen/models/{row['id']}").content.decode())
    assert "The sample that a form answers otherwise" in page
    assert f"/data/samples/{number}" in page


@pytest.mark.slow
def test_a_runefile_that_feeds_no_such_model_is_named_and_random_input_is_called_a_guess(
    client: Client, user: User, project: Project, samples: list[Sample]
) -> None:
    write_file(user, project, "Runefile.yml", b"version: 1\nimage: runicos/base\npipeline: {}\n")
    row = model_of(client)
    assert (row["samples"]["kind"], row["samples"]["is_guess"]) == ("random", True)
    assert "gives no model 1x50x3 floats" in row["samples"]["reason"]
    page = compact(client.get(f"/acme/kitchen/models/{row['id']}").content.decode())
    assert "Calibrated on random numbers" in page
    low, high = row["samples"]["ranges"][0]
    assert f"{low:.3f} to {high:.3f}" in page


@pytest.mark.slow
def test_without_consent_nothing_is_read(client: Client, project: Project, samples: list[Sample]) -> None:
    Consent.objects.update(for_training=False)
    row = model_of(client)
    assert row["samples"]["kind"] == "random"
    assert "no samples that may be used" in row["samples"]["reason"]


@pytest.mark.slow
def test_a_form_that_is_offered_is_judged_on_validation_samples_alone(
    client: Client, project: Project, samples: list[Sample]
) -> None:
    row = model_of(client)
    form = next(each for each in row["forms"] if each["form"] == "int8")
    address = f"{MODELS}/{row['id']}/forms/{form['number']}/apply"
    answer = client.post(address, {"path": "model.tflite"}, content_type="application/json")
    assert answer.status_code == 201, answer.content
    change = ChangeRequest.objects.get(number=answer.json()["number"])
    assert change.offered is not None
    # The float model that the project has there stays as the source.
    assert change.offered.manifest["model.tflite"]["digest"] == form["digest"]
    assert change.offered.manifest["training/motion.tflite"]["digest"] == row["digest"]
    assert not Job.objects.filter(kind=CONVERSION_KIND, state=JobState.QUEUED).exists(), "an offer reads samples"
    page = client.get(f"/acme/kitchen/change-requests/{answer.json()['number']}").content.decode()
    assert "model.tflite is another model" in page
    assert f"{len(numbers(project, 'validation'))} validation samples" in page
    assert "test samples" not in page
    judged_samples = {number for each in ConvertedForm.objects.all() for number in each.figures.get("judged_on", ())}
    assert judged_samples.isdisjoint(numbers(project, "test"))
