"""Converting models over the API: forms with their figures, layers in float, cancelling, and what is refused."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.core.models import AuditEntry, BlobLink, Event
from forge.jobs.actions import cancel_job, retry_job
from forge.jobs.models import Job, JobState, WorkerCapability
from forge.jobs.workers.slots import JobSlots
from forge.learning.conversions.running import making
from forge.learning.environments import job as environment_job
from forge.learning.lab_jobs.process import ConverterEnvironmentJson, EnvironmentMissing, LabDied, ask_lab
from forge.learning.models import ConvertedForm, ModelConversion
from forge.projects.models import Project
from rune.model.tflite import TensorKind, read_model
from tests.support.cases import each_case

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]

MODELS = "/api/v1/projects/acme/kitchen/conversions"
FILES = Path(__file__).resolve().parents[2] / "lab" / "models"
NETWORK = (FILES / "network.tflite").read_bytes()
TENSORFLOW: ConverterEnvironmentJson = {"name": "tensorflow", "reads": "Keras models", "download": 320, "disk": 1600}


def send(client: Client, data: bytes = NETWORK, name: str = "network.tflite") -> Any:
    return client.post(f"{MODELS}?file={name}", data, content_type="application/octet-stream")


def sent(client: Client, data: bytes = NETWORK, name: str = "network.tflite") -> str:
    answer = send(client, data, name)
    assert answer.status_code == 201, answer.content
    return str(answer.json()["id"])


def read(client: Client, conversion: str) -> Any:
    answer = client.get(f"{MODELS}/{conversion}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def run_jobs() -> None:
    """Does a worker's jobs."""
    JobSlots(1, (WorkerCapability.LAB,), threading.Event()).work()


def converted(client: Client, data: bytes = NETWORK, name: str = "network.tflite") -> Any:
    conversion = sent(client, data, name)
    run_jobs()
    return read(client, conversion)


def refusing(error: Exception) -> Callable[..., Any]:
    def ask(*_: Any, **__: Any) -> Any:
        raise error

    return ask


@pytest.mark.slow
def test_a_model_becomes_forms_with_their_figures(client: Client, project: Project) -> None:
    row = converted(client)
    assert (row["state"], row["error"]) == ("ready", "")
    forms = {each["form"]: each for each in row["forms"]}
    assert list(forms) == ["float32", "int8", "int16x8", "int8-tensor", "dynamic", "float16"]
    assert forms["float32"]["size"] == len(NETWORK)
    assert forms["int8"]["figures"]["output"] > 15
    assert set(forms["int8"]["figures"]["layers"]) == {each["name"] for each in row["layers"]}
    for each in forms.values():
        for target in ("cortex-m0plus", "rv32imc"):
            assert each["needs"][target]["flash"] > 1000, (each["form"], target, each["needs"])
            assert each["needs"][target]["instructions"] > 1000
    assert (
        forms["int8"]["needs"]["cortex-m0plus"]["instructions"]
        < forms["float32"]["needs"]["cortex-m0plus"]["instructions"]
    )
    file = client.get(forms["int8"]["url"])
    model = read_model(b"".join(file))
    assert model.tensors[model.inputs[0]].kind is TensorKind.FLOAT32
    assert AuditEntry.objects.filter(action="model.download").exists()
    assert Event.objects.filter(type="model.changed").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("few_forms")
def test_layers_stay_in_float_in_a_mixed_form_and_what_was_converted_is_not_converted_again(
    client: Client, project: Project
) -> None:
    row = converted(client)
    body = {"form": "int8", "float_layers": ["classes_1", "mixing_1"]}
    assert client.post(f"{MODELS}/{row['id']}/forms", body, content_type="application/json").status_code == 202
    run_jobs()
    row = read(client, row["id"])
    mixed_form = row["forms"][-1]
    assert (row["state"], row["error"], mixed_form["form"]) == ("ready", "", "int8")
    assert mixed_form["float_layers"] == ["classes_1", "mixing_1"]
    layers = [form["figures"]["layers"]["classes_1"] for form in row["forms"][1:]]
    assert layers[1] > layers[0] + 3
    assert ConvertedForm.objects.get(digest=mixed_form["digest"]).provenance["settings"] == {
        "form": "int8",
        "float_layers": ["classes_1", "mixing_1"],
        "interface": "float32",
    }
    before = Job.objects.count()
    assert client.post(f"{MODELS}/{row['id']}/forms", body, content_type="application/json").status_code == 202
    again = read(client, sent(client))
    assert (again["state"], [each["form"] for each in again["forms"]]) == ("ready", ["float32", "int8"])
    assert Job.objects.count() == before
    # Deleting one leaves the files of the other.
    assert client.delete(f"{MODELS}/{row['id']}").status_code == 204
    assert client.get(again["forms"][1]["url"]).status_code == 200
    assert client.delete(f"{MODELS}/{again['id']}").status_code == 204
    assert not BlobLink.objects.filter(blob_id__in=[mixed_form["digest"], again["forms"][1]["digest"]]).exists()
    body["float_layers"] = ["no such layer"]
    other = read(client, sent(client))
    assert client.post(f"{MODELS}/{other['id']}/forms", body, content_type="application/json").status_code == 409


@pytest.mark.slow
def test_an_environment_is_prepared_when_the_first_account_agrees(
    client: Client, user: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "ask_lab", refusing(EnvironmentMissing(TENSORFLOW)))
    row = converted(client, b"\x89HDF\r\n\x1a\n", "net.h5")
    assert (row["state"], row["needs"]) == ("needs", TENSORFLOW)
    assert "`python -m lab.environments prepare tensorflow`" in row["error"]
    page = client.get(f"/acme/kitchen/models/{row['id']}").content.decode()
    assert "320 MB to download" in page
    requests: list[Any] = []

    def prepare(request: Any, *_: Any, **__: Any) -> Any:
        requests.append(request)
        return {"packages": 32, "version": "2"}

    monkeypatch.setattr(environment_job, "ask_lab", prepare)
    assert client.post(f"{MODELS}/{row['id']}/environment").status_code == 202
    waiting = Job.objects.get(kind="model-conversion")
    assert waiting.required_job is not None
    assert read(client, row["id"])["state"] == "waiting"
    run_jobs()
    assert requests == [{"action": "prepare", "environment": "tensorflow"}]
    # The environment is there, and the model is read: here it is missing again.
    assert Job.objects.get(kind="converter-environment").state == JobState.SUCCEEDED
    assert read(client, row["id"])["state"] == "needs"


@pytest.mark.protects("uploads/downloads-of-others")
def test_nobody_but_the_first_account_of_ones_own_machine_makes_the_server_download(
    client: Client, project: Project, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(making, "ask_lab", refusing(EnvironmentMissing(TENSORFLOW)))
    row = converted(client, b"\x89HDF\r\n\x1a\n", "net.h5")
    settings.EMBEDDED_WORKER = False
    assert client.post(f"{MODELS}/{row['id']}/environment").status_code == 403
    assert (
        "python -m lab.environments prepare tensorflow"
        in client.get(f"/acme/kitchen/models/{row['id']}").content.decode()
    )
    assert not Job.objects.filter(kind="converter-environment").exists()


class Canary:
    """A pickle that writes a file when it is opened."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return (Path.touch, (self.path,))


@pytest.mark.slow
@pytest.mark.protects("uploads/models-with-code")
def test_a_file_with_code_is_refused_by_name_and_nothing_of_it_runs(
    client: Client, project: Project, tmp_path: Path
) -> None:
    canary = tmp_path / "canary"
    row = converted(client, pickle.dumps(Canary(canary)), "net.keras")
    assert (row["state"], row["forms"]) == ("failed", [])
    assert "is a pickle" in row["error"]
    assert not canary.exists()


@pytest.mark.slow
@pytest.mark.protects("uploads/models-with-code")
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        pytest.param(b"\0\0\0\0TFL3" + bytes(100), "cannot be read", marks=pytest.mark.slow),
        (b"MZ" + bytes(100), "cannot be converted"),
        (b"PK\x03\x04" + bytes(100), "damaged ZIP archive"),
    ],
    ids=["empty", "tflite", "program", "zip"],
)
def test_damaged_files_are_refused_with_a_sentence(client: Client, project: Project, data: bytes, reason: str) -> None:
    answer = send(client, data, "net.zip")
    if answer.status_code != 201:
        assert reason in answer.json()["detail"]
        return
    run_jobs()
    row = read(client, answer.json()["id"])
    assert row["state"] == "failed"
    assert reason in row["error"]


@pytest.mark.slow
def test_a_conversion_that_is_cancelled_ends_and_a_retry_goes_on(
    client: Client, user: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = ask_lab

    def cancelling(*args: Any, **values: Any) -> Any:
        cancel_job(user, Job.objects.get(kind="model-conversion"))
        return ask(*args, **values)

    monkeypatch.setattr(making, "ask_lab", cancelling)
    row = converted(client)
    assert (row["state"], row["error"]) == ("failed", "It was cancelled.")
    assert not ConvertedForm.objects.exists()
    retry_job(user, Job.objects.get(kind="model-conversion"))
    assert read(client, row["id"])["state"] == "waiting"
    monkeypatch.setattr(making, "ask_lab", refusing(LabDied("The converter's process ended.")))
    run_jobs()
    row = read(client, row["id"])
    assert (row["state"], row["error"]) == ("failed", "The converter's process ended.")


@each_case("name", ["", "..", "a\0b", "x" * 200])
def test_a_name_that_is_no_file_name_is_refused(client: Client, project: Project, name: str) -> None:
    query = urlencode({"file": name})
    answer = client.post(f"{MODELS}?{query}", b"x", content_type="application/octet-stream")
    assert answer.status_code in (400, 422), answer.content
    assert not ModelConversion.objects.exists()


@pytest.mark.slow
def test_a_path_becomes_the_files_own_name(client: Client, project: Project) -> None:
    assert read(client, sent(client, name="../../etc/net.tflite"))["name"] == "net.tflite"


@pytest.mark.slow
@pytest.mark.usefixtures("few_forms")
def test_the_page_shows_the_forms_side_by_side_and_the_layers(client: Client, project: Project) -> None:
    row = converted(client)
    page = client.get(f"/acme/kitchen/models/{row['id']}").content.decode()
    texts = ("float32", "int8", "Signal to noise", "Raspberry Pi Pico", "classes_1", "Calibrated on random numbers")
    for text in texts:
        assert text in page, text
    assert client.get("/acme/kitchen/models").status_code == 200
