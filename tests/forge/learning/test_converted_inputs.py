"""The choice of the input of a form that a conversion made: what the conversion knows, and one change request with the
model and the Runefile that feeds it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.learning.conversions.models import ConvertedForm
from forge.learning.inputs.conversion_facts import known_facts, known_labels
from forge.learning.models import ModelConversion
from forge.projects.models import Project
from forge.projects.versions.store import VersionFiles, working_tree
from forge.reviews.models import ChangeRequest
from tests.forge.learning.test_applying import number_of
from tests.forge.learning.test_conversions import converted

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker", "few_forms")]

INPUTS = "/api/v1/projects/acme/kitchen/model-inputs"
PAGE = "/acme/kitchen/models/input"


def form_of(description: dict[str, Any]) -> ConvertedForm:
    """A form of a conversion with this description, which is stored nowhere."""
    return ConvertedForm(conversion=ModelConversion(description=description))


def test_a_conversion_tells_layouts_ranges_and_labels() -> None:
    form = form_of(
        {
            "conversion": {"inputs": [{"name": "x", "shape": [1, 96, 96, 3], "source_shape": [1, 3, 96, 96]}]},
            "samples": {
                "kind": "recordings",
                "is_guess": False,
                "calibration": 64,
                "stage": "model",
                "ranges": [[-1, 0.9921]],
                "classes": ["no", "yes"],
            },
        }
    )
    assert known_labels(form) == ["no", "yes"]
    assert known_facts(form) == [
        'The source has "x" as 1 x 3 x 96 x 96; the converted model reads 1 x 96 x 96 x 3.',
        'Its ranges were measured on 64 samples of the project that the stages in front of "model" computed: '
        "the input went from -1 to 0.992.",
    ]


def test_ranges_of_random_input_are_said_to_mean_nothing() -> None:
    (fact,) = known_facts(form_of({"samples": {"kind": "random", "is_guess": True, "ranges": [[-3.1, 3.2]]}}))
    assert "random numbers from -3.1 to 3.2, which say nothing" in fact
    assert known_facts(form_of({})) == []


@pytest.mark.slow
def test_a_form_and_the_runefile_that_feeds_it_come_in_one_change_request(
    client: Client, user: User, project: Project
) -> None:
    row = converted(client)
    query = f"conversion={row['id']}&form={number_of(row, 'int8')}"
    model_page = client.get(f"/acme/kitchen/models/{row['id']}?form={number_of(row, 'int8')}").content.decode()
    assert f"/models/input?{query}".replace("&", "&amp;") in model_page
    answer = client.get(f"{INPUTS}?{query}").json()
    assert answer["file"] == "network.tflite"
    assert any("random numbers" in each for each in answer["notes"])
    page = client.get(f"{PAGE}?{query}&file=models/net.tflite").content.decode()
    assert "Known from the conversion" in page
    assert "Apply with this Runefile" in page
    assert '<option value="network.tflite"' in page

    key = answer["inputs"][0]["presets"][0]["key"]
    form = {"conversion": row["id"], "form": number_of(row, "int8"), "file": "models/net.tflite", "input_0": key}
    response = client.post(f"{PAGE}/write", form)
    change = ChangeRequest.objects.get(project=project)
    assert response["Location"] == f"/acme/kitchen/change-requests/{change.number}"
    assert change.offered is not None
    files = VersionFiles(change.offered.manifest)
    assert {"models/net.tflite", "models/net.provenance.json", "training/network.tflite", "forge.yml"} <= set(
        change.offered.manifest
    )
    assert b"./models/net.tflite" in files.read("Runefile.yml")
    assert "A Runefile feeds it:" in change.message
    assert "models/net.tflite" not in working_tree(project).manifest
    assert ConvertedForm.objects.get(number=form["form"]).change_request == change.number


@pytest.mark.parametrize(
    ("names", "status"),
    [
        ("conversion=x&form=1", 400),
        ("conversion=8c0f3f0e-2f57-4b7e-9a53-6f4a3bb2a0a1&form=1", 404),
        ("conversion=8c0f3f0e-2f57-4b7e-9a53-6f4a3bb2a0a1", 400),
    ],
)
def test_a_form_that_is_not_there_is_refused(client: Client, project: Project, names: str, status: int) -> None:
    assert client.get(f"{INPUTS}?{names}").status_code == status
