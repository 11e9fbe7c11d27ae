"""Training runs over the API, with the real `lab`: a model with figures, pausing and going on, what is refused."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.core.models import AuditEntry, Event
from forge.jobs.models import WorkerCapability
from forge.jobs.workers.slots import JobSlots
from forge.learning.training import actions
from forge.projects.models import Project
from lab.training.settings import ENVIRONMENT
from rune.model.tflite import TensorKind, read_model
from tests.forge.factories.training import SMALL, motion_version

needs_tensorflow = [
    pytest.mark.proof,
    pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares"),
]
pytestmark = pytest.mark.django_db(transaction=True)
RUNS = "/api/v1/projects/acme/kitchen/training"


@pytest.fixture(autouse=True)
def _nobody_wakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs run when a test says so."""
    monkeypatch.setattr(actions, "notify_workers", lambda capability: None)


def run_jobs() -> None:
    """What a worker does."""
    JobSlots(1, (WorkerCapability.LAB,), threading.Event()).work()


def begun(client: Client, **body: Any) -> Any:
    answer = client.post(RUNS, {"recipe": "motion", "arguments": SMALL, **body}, content_type="application/json")
    assert answer.status_code == 201, answer.content
    return answer.json()


def read(client: Client, number: int = 1) -> Any:
    answer = client.get(f"{RUNS}/{number}")
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.fixture
def trains(client: Client, project: Project, user: User) -> Client:
    motion_version(user, project)
    return client


@needs_tensorflow[0]
@needs_tensorflow[1]
def test_a_run_gives_a_model_curves_and_figures(trains: Client, project: Project) -> None:
    assert begun(trains)["state"] == "waiting"
    run_jobs()
    run = read(trains)
    assert (run["state"], run["error"]) == ("finished", "")
    assert [row["epoch"] for row in run["curves"]] == list(range(1, len(run["curves"]) + 1))
    assert run["samples"]["train"]["circle"] >= 1
    for target in ("cortex-m0plus", "rv32imc"):
        assert run["needs"][target]["instructions"] > 1000, run["notes"]
    test = run["judgements"]["test"]
    assert test["epoch"] == 0
    assert sum(map(sum, test["confusion"])) == test["accuracy"]["samples"] > 0
    assert {each["name"] for each in test["by_label"]} == {"circle", "shake", "still"}
    files = {each["path"]: each for each in run["files"]}
    model = read_model(b"".join(trains.get(files["model.tflite"]["url"])))
    assert model.tensors[model.inputs[0]].kind is TensorKind.INT8
    script = b"".join(trains.get(files["script/train.py"]["url"])).decode()
    assert "import keras" in script
    assert AuditEntry.objects.filter(action="training.download").exists()
    rows = [row for event in Event.objects.filter(type="training.changed") for row in [event.data["epochs"]]]
    assert rows == sorted(rows)
    answer = trains.post(f"{RUNS}/1/use", {}, content_type="application/json")
    assert answer.status_code == 201, answer.content
    change = trains.get(answer.json()["change_url"])
    assert change.status_code == 200
    assert "training run 1" in change.content.decode()
    again = trains.post(f"{RUNS}/1/use", {}, content_type="application/json").json()
    assert again["change_url"] == answer.json()["change_url"]
