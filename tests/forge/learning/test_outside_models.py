"""A model that was trained outside the server is marked, with what the record that belongs to it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import Organisation, User
from forge.core.blobs.links import link_derived
from forge.learning.origins.records import MAX_RECORD
from forge.learning.training.models import TrainingRun
from forge.projects.actions import create_project, save_version, write_file
from forge.projects.models import Project
from forge.reviews.change_requests.actions.outside import OutsideOrigin, bring_from_outside
from forge.reviews.models import ChangeRequest
from rune.digests import digest_of
from tests.support.cases import each_case
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.searches import finished_search
from tests.support.forge.factories.training import finish_run, motion_run, motion_version

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/acme/kitchen/models"
EXAMPLES = Path(__file__).parents[3] / "examples"
MODEL = (EXAMPLES / "sine" / "sine.tflite").read_bytes()
OTHER_MODEL = (EXAMPLES / "digits" / "digits.tflite").read_bytes()
DATA = "sha256:" + "b" * 64
MARK = "Trained elsewhere</span>"
UNKNOWN = "Unknown origin</span>"


@pytest.fixture
def trains(client: Client, project: Project, user: User, nobody_wakes: None) -> Client:
    """Somebody with a version of some data; no worker does the jobs."""
    motion_version(user, project)
    return client


def record_of(model: bytes, **training: Any) -> bytes:
    """The record that `rune train` writes beside a model."""
    return json.dumps(
        {
            "version": 1,
            "digest": digest_of(model),
            "training": {"recipe": "motion", "seed": 7, "data": DATA, **training},
        }
    ).encode()


def push(user: User, project: Project, record: bytes, model: bytes = MODEL) -> None:
    write_file(user, project, "gesture.tflite", model)
    write_file(user, project, "gesture.provenance.json", record)


def page_of(client: Client, address: str = PAGE) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return compact(answer.content.decode())


@pytest.mark.protects("models-in/records")
@each_case(
    ("record", "reason"),
    [
        (record_of(b"another model"), "gesture.provenance.json&quot; is the record of another file."),
        (record_of(MODEL, seed="<script>alert(1)</script>"), "lacks what rune train writes"),
        (record_of(MODEL, recipe="<b>motion</b>"), "lacks what rune train writes"),
        (b'{"training": {}}', "lacks what rune train writes"),
        (record_of(MODEL, labels=["x" * MAX_RECORD]), "has more than 256 kB, and is not read."),
    ],
)
def test_a_record_that_cannot_be_believed_is_not(
    client: Client, user: User, project: Project, record: bytes, reason: str
) -> None:
    push(user, project, record)
    page = page_of(client)
    assert UNKNOWN in page
    assert reason in page
    assert "It is not known how this file was trained." in page
    assert MARK not in page
    assert "alert(1)" not in page
    assert "<b>motion" not in page


@each_case(
    "record",
    [
        b"\xff not JSON",
        b"[]",
        json.dumps({"digest": digest_of(MODEL), "source": {"digest": DATA}, "settings": {}}).encode(),
    ],
)
def test_a_file_that_is_no_record_of_training_marks_nothing(
    client: Client, user: User, project: Project, record: bytes
) -> None:
    push(user, project, record)
    page = page_of(client)
    assert "gesture.tflite" in page
    assert MARK not in page
    assert UNKNOWN not in page


def test_a_model_trained_at_home_is_marked_with_recipe_seed_and_data(
    client: Client, user: User, project: Project
) -> None:
    push(user, project, record_of(MODEL))
    page = page_of(client)
    assert MARK in page
    assert "Recipe motion, seed 7, data" in page
    assert DATA in page
    write_file(user, project, "gesture.tflite", OTHER_MODEL)
    page = page_of(client)
    assert MARK not in page
    assert UNKNOWN in page


def test_a_record_counts_in_another_folder_than_its_model(client: Client, user: User, project: Project) -> None:
    write_file(user, project, "models/gesture.tflite", MODEL)
    write_file(user, project, "gesture.provenance.json", record_of(MODEL))
    page = page_of(client)
    assert page.count(MARK) == 1
    assert "Recipe motion, seed 7, data" in page


def test_parameters_of_trees_that_were_trained_at_home_are_marked(client: Client, user: User, project: Project) -> None:
    files = {"gesture.trees.json": b"{}", "gesture.scaling.txt": b"1\n"}
    for path, data in files.items():
        write_file(user, project, path, data)
    record = json.loads(record_of(files["gesture.trees.json"]))
    record["files"] = {path: digest_of(data) for path, data in files.items()}
    write_file(user, project, "gesture.provenance.json", json.dumps(record).encode())
    page = page_of(client)
    assert page.count(MARK) == 1
    assert "gesture.trees.json" in page
    write_file(user, project, "gesture.scaling.txt", b"2\n")
    assert "is the record of another file." in page_of(client)


def test_a_model_of_a_run_or_of_a_trial_of_the_server_is_not_marked(
    trains: Client, user: User, project: Project
) -> None:
    push(user, project, record_of(MODEL))
    assert MARK in page_of(trains)
    finish_run(motion_run(user, project), MODEL)
    assert MARK not in page_of(trains)
    push(user, project, record_of(OTHER_MODEL), OTHER_MODEL)
    assert MARK in page_of(trains)
    search = finished_search(user, project, trials=1)
    link_derived(search, [digest_of(OTHER_MODEL)], project.organisation_id)
    search.rows.update(files={"model.tflite": digest_of(OTHER_MODEL)})
    assert MARK not in page_of(trains)


def test_the_backbone_of_a_run_was_not_made_by_it(trains: Client, user: User, project: Project) -> None:
    push(user, project, record_of(MODEL))
    run = finish_run(motion_run(user, project))
    files = {**run.files, "gesture.tflite": digest_of(MODEL)}
    TrainingRun.objects.filter(pk=run.pk).update(files=files, backbone_digest=digest_of(MODEL))
    assert MARK in page_of(trains)


@pytest.mark.protects("models-in/records")
def test_a_run_of_another_organisation_does_not_show(
    trains: Client, user: User, stranger: User, project: Project
) -> None:
    run = finish_run(motion_run(user, project), MODEL)
    theirs = create_project(stranger, Organisation.objects.get(name="other"), "turns")
    TrainingRun.objects.filter(pk=run.pk).update(project=theirs)
    push(user, project, record_of(MODEL))
    assert MARK in page_of(trains)


def change_with(user: User, project: Project, model: bytes, record: bytes) -> ChangeRequest:
    base = save_version(user, project, "A model")
    push(user, project, record, model)
    version = save_version(user, project, "A model")
    return bring_from_outside(
        user, project, OutsideOrigin("Ada", "home"), "A new model", base=base, offered_version=version
    )


@pytest.mark.parametrize(
    ("record", "text"),
    [
        (record_of(b"another model"), "is the record of another file. It is not known how this file was trained."),
        (record_of(MODEL, recipe="<b>"), "lacks what rune train writes"),
    ],
    ids=["another file", "no recipe"],
)
def test_a_change_with_a_model_of_an_unknown_origin_says_so(
    client: Client, user: User, project: Project, record: bytes, text: str
) -> None:
    page = page_of(client, change_with(user, project, MODEL, record).get_absolute_url())
    assert UNKNOWN in page
    assert text in page
    assert MARK not in page


def test_a_change_with_a_model_of_home_says_where_it_was_trained(client: Client, user: User, project: Project) -> None:
    change = change_with(user, project, MODEL, record_of(MODEL))
    page = page_of(client, change.get_absolute_url())
    assert MARK in page
    assert "<dt>Recipe</dt><dd>motion</dd>" in page
    assert '<dt>Seed</dt><dd class="num">7</dd>' in page
    assert DATA in page
    # Nothing of the model changes next, so its origin is no news.
    base = save_version(user, project, "A model")
    write_file(user, project, "notes.md", b"later\n")
    later = bring_from_outside(
        user,
        project,
        OutsideOrigin("Ada", "home"),
        "Notes",
        base=base,
        offered_version=save_version(user, project, "A model"),
    )
    assert MARK not in page_of(client, later.get_absolute_url())


def test_a_change_with_a_model_of_a_run_is_not_marked(trains: Client, user: User, project: Project) -> None:
    finish_run(motion_run(user, project), MODEL)
    change = change_with(user, project, MODEL, record_of(MODEL))
    assert MARK not in page_of(trains, change.get_absolute_url())
