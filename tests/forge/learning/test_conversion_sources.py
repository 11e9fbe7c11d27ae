"""Models of each training library over the API: the job, its processes and their environments as a user has them."""

from __future__ import annotations

import pytest
from django.test import Client

from forge.projects.models import Project
from lab.environments.environment import ENVIRONMENTS
from tests.forge.learning.test_conversions import FILES, MODELS, read, run_jobs, send

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("worker", "few_forms"),
    pytest.mark.slow,
    pytest.mark.skipif(
        not all(each.is_ready for each in ENVIRONMENTS.values()),
        reason="needs the environments of converters, which `make lab` prepares",
    ),
]


@pytest.mark.parametrize(
    ("name", "source", "saved_with"),
    [
        ("network.keras", FILES / "network.keras", "Keras 3"),
        ("network.h5", FILES / "network.h5", "Keras"),
        ("keywords.onnx", FILES / "onnx" / "keywords.onnx", "ONNX of pytorch"),
        ("network.pt2", FILES / "network.pt2", "PyTorch 2.13"),
    ],
)
def test_a_model_becomes_its_first_forms(
    client: Client, project: Project, name: str, source: object, saved_with: str
) -> None:
    conversion = send(client, (FILES / str(source)).read_bytes(), name).json()["id"]
    run_jobs()
    row = read(client, conversion)
    assert (row["state"], row["error"]) == ("ready", "")
    assert [each["form"] for each in row["forms"]] == ["float32", "int8"]
    assert row["source"]["saved_with"].startswith(saved_with)
    assert row["source"]["difference"] < 1e-4
    assert all(each["needs"]["cortex-m0plus"]["instructions"] for each in row["forms"])


def test_an_onnx_model_gets_its_weights_afterwards(client: Client, project: Project) -> None:
    source = FILES / "onnx" / "dense.onnx"
    conversion = send(client, source.read_bytes(), "dense.onnx").json()["id"]
    run_jobs()
    row = read(client, conversion)
    assert row["state"] == "failed"
    assert "dense.onnx.data" in row["error"]
    weights = source.with_name("dense.onnx.data").read_bytes()
    address = f"{MODELS}/{conversion}/weights"
    assert client.put(address, weights, content_type="application/octet-stream").status_code == 202
    run_jobs()
    assert read(client, conversion)["state"] == "ready"
