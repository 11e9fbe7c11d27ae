"""The choice of a model's input: the presets that fit a model of a project, trials on recordings, and the Runefile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from forge.accounts.models import User
from forge.core.models import AuditEntry, Blob
from forge.learning.inputs import api, trial
from forge.projects.actions import write_file
from forge.projects.creating.empty import BLANK_RUNEFILE
from forge.projects.models import Project
from forge.projects.versions.store import VersionFiles, working_tree
from forge.reviews.models import ChangeRequest
from tests.support.cases import each_case
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.training import motion_samples
from tests.support.training.motion_data import LABELS
from tests.support.training.motion_model import motion_model

pytestmark = pytest.mark.django_db(transaction=True)

EXAMPLES = Path(__file__).parents[3] / "examples"
INPUTS = "/api/v1/projects/acme/kitchen/model-inputs"
PAGE = "/acme/kitchen/models/input"
DIGITS = (EXAMPLES / "digits" / "digits.tflite").read_bytes()
WORDS = (EXAMPLES / "digits" / "labels.txt").read_bytes()
SEVEN = (EXAMPLES / "digits" / "7.png").read_bytes()


@pytest.fixture
def digits(user: User, project: Project) -> Project:
    """A new project with a model and its labels."""
    write_file(user, project, "digits.tflite", DIGITS)
    write_file(user, project, "labels.txt", WORDS)
    write_file(user, project, "Runefile.yml", BLANK_RUNEFILE)
    return project


def try_it(client: Client, query: str, recording: bytes = b"") -> Any:
    return client.post(f"{INPUTS}/trial?{query}", recording, content_type="application/octet-stream")


def write(client: Client, **body: object) -> Any:
    return client.post(INPUTS, body, content_type="application/json")


def test_the_inputs_of_a_model_have_the_presets_that_fit(client: Client, digits: Project) -> None:
    answer = client.get(f"{INPUTS}?file=digits.tflite").json()
    (only_input,) = answer["inputs"]
    assert [each["key"] for each in only_input["presets"]] == ["0-1", "signed", "0-255", "numbers"]
    assert (answer["classes"], answer["labels"].split("\n")) == (11, WORDS.decode().split())


@each_case(
    ("query", "status"),
    [("", 400), ("file=labels.txt", 400), ("file=other.tflite", 404), ("file=../digits.tflite", 400)],
)
def test_what_is_no_model_of_the_project_is_refused(client: Client, digits: Project, query: str, status: int) -> None:
    assert client.get(f"{INPUTS}?{query}").status_code == status


@pytest.mark.slow
def test_a_recording_is_tried_with_each_preset_and_kept_nowhere(client: Client, digits: Project) -> None:
    before = set(Blob.objects.values_list("digest", flat=True))
    answer = try_it(client, "file=digits.tflite&compares=true", SEVEN)
    assert answer.status_code == 200, answer.content
    rows = answer.json()["inputs"]
    assert [each["key"] for each in rows] == ["0-1", "signed", "0-255"]
    assert (rows[0]["answer"], rows[0]["read"]["low"], rows[0]["read"]["high"]) == ("7", 0.0, 1.0)
    assert (rows[0]["refusal"], rows[0]["judged"]) == ("", 0)
    assert set(Blob.objects.values_list("digest", flat=True)) == before


@pytest.mark.slow
def test_a_recording_that_cannot_be_read_says_why(client: Client, digits: Project) -> None:
    (row,) = try_it(client, "file=digits.tflite&preset=0-1", b"no picture").json()["inputs"]
    assert row["answer"] == ""
    assert row["refusal"].startswith("The recording: ")


@each_case(
    ("query", "recording", "status", "reason"),
    [
        ("file=digits.tflite&preset=motion", b"x", 400, "gives no input"),
        ("file=digits.tflite&preset=0-1&preset=0-1", b"x", 400, "1 input, and 2 presets"),
        ("file=digits.tflite", b"", 400, "no labelled samples of picture"),
        ("file=digits.tflite&sample=7", b"", 400, "no sample 7"),
        ("file=digits.tflite&sample=x", b"", 400, "the number of a sample"),
    ],
)
def test_a_trial_that_cannot_be_made_is_refused_with_what_to_do(
    client: Client, digits: Project, query: str, recording: bytes, status: int, reason: str
) -> None:
    answer = try_it(client, query, recording)
    assert (answer.status_code, reason in answer.json()["detail"]) == (status, True), answer.content


def test_a_recording_over_the_limit_is_refused(
    client: Client, digits: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "RECORDING_LIMIT", 10)
    assert try_it(client, "file=digits.tflite", SEVEN).status_code == 413


def test_a_recording_over_the_limit_is_not_read_to_its_end(
    client: Client, digits: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    unread = iter([b"6bytes"] * 9)
    monkeypatch.setattr(trial, "RECORDING_LIMIT", 10)
    monkeypatch.setattr(api, "body_chunks", lambda request: unread)
    assert try_it(client, "file=digits.tflite", SEVEN).status_code == 413
    assert len(list(unread)) == 7


@pytest.mark.slow
def test_samples_of_the_project_say_which_preset_is_right_and_never_those_of_the_test_split(
    client: Client, user: User, project: Project
) -> None:
    write_file(user, project, "motion.tflite", motion_model())
    write_file(user, project, "labels.txt", "\n".join(LABELS).encode())
    samples = motion_samples(user, project, people=8)
    answer = try_it(client, "file=motion.tflite")
    assert answer.status_code == 200, answer.content
    (row,) = answer.json()["inputs"]
    assert row["refusal"] == ""
    assert row["judged"] == answer.json()["recordings"]
    assert 0 < row["judged"] <= trial.MAX_SAMPLES
    test = next(each.number for each in samples if each.split == "test")
    assert try_it(client, f"file=motion.tflite&sample={test}").status_code == 400


def test_a_project_without_a_runefile_has_it_at_once(client: Client, digits: Project) -> None:
    answer = write(client, file="digits.tflite", presets=["signed"], labels=WORDS.decode())
    assert answer.status_code == 201, answer.content
    assert answer.json() == {"change_request": None, "url": "/acme/kitchen/studio"}
    text = working_tree(digits).texts["Runefile.yml"].decode()
    assert "to: -1..1" in text.replace('"', "")
    assert "wordlist: $LABELS" in text
    assert not ChangeRequest.objects.exists()
    again = write(client, file="digits.tflite", presets=["signed"], labels=WORDS.decode())
    assert again.status_code == 409


def test_a_runefile_that_somebody_wrote_changes_by_a_change_request(
    client: Client, user: User, digits: Project
) -> None:
    write_file(user, digits, "Runefile.yml", b"version: 1\nimage: runicos/base\npipeline: {}\n")
    answer = write(client, file="digits.tflite", labels=WORDS.decode())
    assert answer.status_code == 201, answer.content
    change = ChangeRequest.objects.get(number=answer.json()["change_request"])
    assert (change.author, change.outside_place) == (user, "The input of digits.tflite")
    assert change.offered is not None
    assert b"image-normalization" in VersionFiles(change.offered.manifest).read("Runefile.yml")
    assert working_tree(digits).texts["Runefile.yml"].endswith(b"pipeline: {}\n")
    assert AuditEntry.objects.filter(action="model.input").count() == 1


def test_labels_that_are_not_those_of_the_model_are_refused(client: Client, digits: Project) -> None:
    answer = write(client, file="digits.tflite", labels="one\ntwo")
    assert (answer.status_code, "11 classes, and 2 labels" in answer.json()["detail"]) == (400, True)
    assert working_tree(digits).texts["Runefile.yml"] == BLANK_RUNEFILE


@pytest.mark.slow
def test_the_page_asks_tries_and_writes_without_scripts(client: Client, digits: Project) -> None:
    page = compact(client.get(f"{PAGE}?file=digits.tflite").content.decode())
    assert 'value="0-1" checked' in page
    assert "image-normalization" in page
    numbers = client.get(f"{PAGE}?file=digits.tflite&kind_0=numbers").content.decode()
    assert "capability: RAW" in numbers
    form = {"file": "digits.tflite", "input_0": "0-1", "labels": WORDS.decode()}
    fields = {**form, "compare": "1", "recording": SimpleUploadedFile("7.png", SEVEN)}
    result = client.post(f"{PAGE}/try", fields).content.decode()
    assert result.count('<svg class="read-input picture"') == 3
    assert '<b class="written">7</b> 99 %' in result
    problem = client.post(f"{PAGE}/try", {**form, "labels": "one"}).content.decode()
    assert "11 classes, and 1 label" in problem
    response = client.post(f"{PAGE}/write", form)
    assert (response.status_code, response["Location"]) == (302, "/acme/kitchen/studio")
    assert "digits.tflite" in client.get("/acme/kitchen/models").content.decode()
