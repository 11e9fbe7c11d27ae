"""Teach over the API: what a rune can be taught, the rune that sends what its model sees, saving, refusals."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client

from forge.accounts.models import User
from forge.builds.previews.refresh import refresh_previews
from forge.compute.pool.compiler import Compiler
from forge.core.blobs.store import read_blob
from forge.core.models import AuditEntry
from forge.learning.training.models import TrainingRun
from forge.projects.actions import write_file
from forge.projects.models import Project
from forge.projects.versions.store import VersionFiles
from forge.reviews.models import ChangeRequest
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.project.files import FolderFiles
from rune.running.runtime import Runtime
from tools.generators.example import drawing

pytestmark = pytest.mark.django_db(transaction=True)

EXAMPLES = Path(__file__).parents[3] / "examples"
PROJECT = "/api/v1/projects/acme/kitchen"
TEACH = f"{PROJECT}/training/teach"
WATCH = f"{PROJECT}/preview/watch"
FEATURES = 63


def put(user: User, project: Project, template: str, *names: str) -> Project:
    for name in names:
        write_file(user, project, name, (EXAMPLES / template / name).read_bytes())
    return project


@pytest.fixture
def digits(user: User, project: Project) -> Project:
    """A project with the rune of the template for digits."""
    return put(user, project, "digits", "digits.tflite", "labels.txt", "Runefile.yml")


def layer(digest: str, **changes: Any) -> dict[str, Any]:
    labels = [{"name": name, "examples": 5, "recognised": 4} for name in ("tick", "gate")]
    weights = [[0.0] * FEATURES, [0.25] * FEATURES]
    return {"digest": digest, "labels": labels, "weights": weights, "biases": [1.5, -1.0]} | changes


def save(client: Client, **changes: Any) -> Any:
    digest = client.get(TEACH).json()["digest"]
    return client.post(TEACH, layer(**{"digest": digest} | changes), content_type="application/json")


@pytest.mark.slow
def test_a_rune_says_what_it_can_be_taught(client: Client, digits: Project) -> None:
    answer = client.get(TEACH).json()
    assert (answer["model"], answer["features"], answer["examples"]) == ("digits.tflite", FEATURES, 5)
    assert answer["labels"] == [*"0123456789", "nothing"]


@pytest.mark.slow
def test_the_rune_for_teaching_sends_what_the_last_layer_reads(
    client: Client, digits: Project, compiler: Compiler
) -> None:
    start = client.post(WATCH, {"teach": True}, content_type="application/json").json()
    refresh_previews(digits.pk, compiler, threading.Event())
    watch = client.get(f"{WATCH}/{start['id']}").json()
    assert (watch["state"], watch["error"]) == ("ready", None)
    rune = Runtime.load(b"".join(client.get(watch["build"]["rune_url"]).streaming_content))  # type: ignore[attr-defined]
    (message,) = rune.call({rune.capabilities[0].id: lambda size: drawing()[:size]})
    assert len(message.tensors[0].elements) == FEATURES
    assert any(message.tensors[0].elements)


@pytest.mark.slow
def test_a_rune_that_cannot_be_taught_says_why(
    client: Client, user: User, project: Project, compiler: Compiler
) -> None:
    put(user, project, "sine", "sine.tflite", "Runefile.yml")
    answer = client.get(TEACH)
    assert (answer.status_code, "it tells no labels apart" in answer.json()["detail"]) == (422, True)
    start = client.post(WATCH, {"teach": True}, content_type="application/json").json()
    refresh_previews(project.pk, compiler, threading.Event())
    watch = client.get(f"{WATCH}/{start['id']}").json()
    assert (watch["state"], "it tells no labels apart" in watch["error"]) == ("failed", True)
    page = client.get("/acme/kitchen/training/teach").content.decode()
    assert "This rune cannot be taught yet." in page


def test_teaching_is_asked_for_alone(client: Client, digits: Project) -> None:
    body = {"teach": True, "wires": [{"stage": "pixels", "index": 0}]}
    assert client.post(WATCH, body, content_type="application/json").status_code == 400


@pytest.mark.slow
def test_what_was_taught_is_a_run_whose_model_is_offered(client: Client, digits: Project, tmp_path: Path) -> None:
    answer = save(client)
    assert answer.status_code == 201, answer.content
    assert (answer.json()["state"], answer.json()["recipe"], answer.json()["data_version"]) == ("finished", "teach", 0)
    assert AuditEntry.objects.filter(action="training.teach").count() == 1
    page = client.get("/acme/kitchen/training/1").content.decode()
    assert "Taught in a page" in page
    assert "Train again" not in page
    assert "Taught in a page" in client.get("/acme/kitchen/training").content.decode()
    assert save(client, biases=[0.0, 0.0]).status_code == 201
    assert client.get("/acme/kitchen/training/compare?run=1&run=2").status_code == 200

    response = client.post(f"{PROJECT}/training/1/use", {}, content_type="application/json")
    assert response.status_code == 201, response.content
    change = ChangeRequest.objects.get()
    assert change.offered is not None
    files = VersionFiles(change.offered.manifest)
    for path in files.paths():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(files.read(path))
    assert "forge.yml" not in files.paths()
    rune = Runtime.load(build(FolderFiles(tmp_path), BuildOptions("taught")).rune)
    messages = rune.call({rune.capabilities[0].id: lambda size: drawing()[:size]})
    assert "gate" in [str(tensor.elements[0]) for message in messages for tensor in message.tensors]
    record = json.loads((tmp_path / "taught.provenance.json").read_text("utf-8"))
    assert record["labels"][0] == {"label": "tick", "examples": 5, "recognised": 4}


@pytest.mark.slow
def test_the_weights_arrive_to_the_bit(client: Client, digits: Project) -> None:
    random = np.random.default_rng(3)
    weights = random.normal(0, 3, (2, FEATURES)).astype(np.float32)
    assert save(client, weights=weights.tolist()).status_code == 201
    run = TrainingRun.objects.get()
    values = np.array(read_blob(run.files["taught.weights.txt"]).split(), np.float32).reshape(2, FEATURES)
    assert (values == weights).all()


@pytest.mark.parametrize(
    ("changes", "status", "message"),
    [
        ({"digest": "sha256:" + "0" * 64}, 409, "changed while you taught"),
        ({"weights": [[0.0] * FEATURES, [0.0]]}, 400, "63 weights and a bias"),
        ({"biases": [1.0]}, 400, "63 weights and a bias"),
        ({"biases": [1e9, 0.0]}, 400, "biases"),
        ({"labels": [{"name": "tick", "examples": 5, "recognised": 5}]}, 400, "labels"),
        ({"labels": [{"name": name, "examples": 4, "recognised": 4} for name in "ab"]}, 400, "labels"),
        ({"labels": [{"name": name, "examples": 5, "recognised": 6} for name in "ab"]}, 400, "5 to 100 examples"),
        ({"labels": [{"name": name, "examples": 5, "recognised": 5} for name in "aA"]}, 400, "the same name"),
        ({"labels": [{"name": name, "examples": 5, "recognised": 5} for name in ("a\nb", "c")]}, 400, "on one line"),
    ],
)
@pytest.mark.slow
def test_a_layer_that_no_page_teaches_is_refused(
    client: Client, digits: Project, changes: dict[str, Any], status: int, message: str
) -> None:
    answer = save(client, **changes)
    assert (answer.status_code, message in json.dumps(answer.json())) == (status, True), answer.json()
    assert not TrainingRun.objects.exists()


@pytest.mark.slow
def test_an_edit_in_front_of_the_model_is_noticed(client: Client, user: User, digits: Project) -> None:
    digest = client.get(TEACH).json()["digest"]
    text = (EXAMPLES / "digits" / "Runefile.yml").read_text("utf-8")
    write_file(user, digits, "Runefile.yml", text.replace("  answer:", "  said:").encode())
    assert client.get(TEACH).json()["digest"] == digest
    write_file(user, digits, "Runefile.yml", text.replace("0, 255", "0, 128").replace("drawing", "sheet").encode())
    assert save(client, digest=digest).status_code == 409


def test_who_may_only_read_teaches_nothing(browser_of: Any, viewer: User, digits: Project) -> None:
    reader = browser_of(viewer)
    digest = reader.get(TEACH).json()["digest"]
    assert reader.post(TEACH, layer(digest), content_type="application/json").status_code == 403
    assert reader.get("/acme/kitchen/training/teach").status_code == 403
