"""A form that was calibrated on random numbers is called so wherever it is shown, and is never suggested."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from django.test import Client

from forge.accounts.models import User
from forge.core.models import BlobLink
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.models import ConvertedForm, ModelConversion
from forge.projects.models import Project
from tests.forge.learning.test_conversions import MODELS, converted, read, run_jobs
from tests.support.forge.addresses.conversions import conversion_addresses
from tests.support.models.raw_columns import columns_model, rows

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("worker"),
    pytest.mark.protects("models-in/random-calibration"),
]


def npy(values: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


def right_share(file: bytes) -> float:
    """The share of rows that a converted model gets right, in the interpreter."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=file)
    interpreter.allocate_tensors()
    (source,), (target,) = interpreter.get_input_details(), interpreter.get_output_details()
    values, classes = rows(seed=5)
    answers = []
    for row in values:
        interpreter.set_tensor(source["index"], row[None])
        interpreter.invoke()
        answers.append(interpreter.get_tensor(target["index"]).argmax())
    return float((np.array(answers) == classes).mean())


def ready_conversion(person: User, project: Project, samples: dict[str, Any]) -> ModelConversion:
    """A conversion with a float and an int8 form that looks as good, as a worker would have stored it."""
    conversion_addresses(person, project, 2)
    row = ModelConversion.objects.order_by("created").last()
    assert row is not None
    row.description = {**row.description, "samples": {**row.description["samples"], **samples}}
    row.save()
    return row


@pytest.mark.parametrize(
    ("samples", "calibrated_on", "suggested"),
    [
        ({"kind": "random", "is_guess": True}, "random numbers", False),
        ({"kind": "recordings", "is_guess": True, "stage": "model"}, "random numbers", False),
        ({"kind": "recordings", "is_guess": False, "stage": "model"}, "samples", True),
        ({"kind": "files", "is_guess": False}, "samples", True),
    ],
)
def test_nothing_that_was_judged_on_random_numbers_is_suggested(
    client: Client, user: User, project: Project, samples: dict[str, Any], calibrated_on: str, suggested: bool
) -> None:
    row = ready_conversion(user, project, samples)
    source, int8 = read(client, str(row.pk))["forms"]
    assert (source["calibrated_on"], int8["calibrated_on"]) == ("", calibrated_on)
    assert int8["judged_on"] == ("random numbers" if samples["kind"] == "random" else "samples")
    assert (source["is_suggested"], int8["is_suggested"]) == (False, suggested)
    page = client.get(f"{row.get_absolute_url()}").content.decode()
    assert (">Suggested<" in page) is suggested
    assert ("On the line" in page) is suggested
    assert ('<span class="tag warn">Guess</span>' in page) is not suggested
    page = client.get(f"{row.get_absolute_url()}?form=2").content.decode()
    assert ("int8 was calibrated on random numbers. On your own data most answers can be wrong." in page) is (
        not suggested
    )
    assert ("of 32 random inputs" in page) is (samples["kind"] == "random")


def test_the_change_request_of_such_a_form_says_so(client: Client, user: User, project: Project) -> None:
    row = ready_conversion(user, project, {"kind": "random", "is_guess": True})
    answer = client.post(f"{MODELS}/{row.pk}/forms/2/apply", {"path": "a.tflite"}, content_type="application/json")
    assert answer.status_code == 201, answer.content
    page = client.get(answer.json()["url"]).content.decode()
    assert "it was calibrated on random numbers" in page
    assert "1 of 32 random inputs" in page


def test_a_conversion_waits_for_the_samples_that_belong_to_it(client: Client, project: Project) -> None:
    begin = client.post(
        f"{MODELS}?file=net.tflite&samples_follow=true", columns_model(), content_type="application/octet-stream"
    )
    row = begin.json()
    assert (begin.status_code, row["state"]) == (201, LabJobState.FAILED)
    assert "were not sent" in row["error"]
    answer = client.put(f"{MODELS}/{row['id']}/samples", npy(rows()[0]), content_type="application/octet-stream")
    assert (answer.status_code, answer.json()["state"], answer.json()["error"]) == (202, "waiting", "")
    digest = ModelConversion.objects.get(pk=row["id"]).samples_digest
    assert BlobLink.objects.filter(blob_id=digest).exists()
    assert client.delete(f"{MODELS}/{row['id']}").status_code == 204
    assert not BlobLink.objects.filter(blob_id=digest).exists()


@pytest.mark.slow
@pytest.mark.usefixtures("few_forms")
def test_samples_that_are_sent_make_the_form_right_and_suggested(client: Client, project: Project) -> None:
    guess = converted(client, columns_model(), "net.tflite")
    (_, int8) = guess["forms"]
    assert (int8["calibrated_on"], int8["is_suggested"], int8["figures"]["changed"] <= 8) == (
        *("random numbers", False),
        True,
    )
    assert right_share(b"".join(client.get(int8["url"]))) < 0.5
    begin = client.post(
        f"{MODELS}?file=net.tflite&samples_follow=true", columns_model(), content_type="application/octet-stream"
    )
    address = f"{MODELS}/{begin.json()['id']}"
    assert client.put(f"{address}/samples", npy(rows()[0]), content_type="application/octet-stream").status_code == 202
    run_jobs()
    row = read(client, begin.json()["id"])
    assert (row["state"], row["error"], row["samples"]["kind"]) == ("ready", "", "files")
    assert row["samples"]["ranges"][0][1] > 90
    (_, int8) = row["forms"]
    assert (int8["calibrated_on"], int8["judged_on"], int8["is_suggested"]) == ("samples", "samples", True)
    assert right_share(b"".join(client.get(int8["url"]))) > 0.97
    form = ConvertedForm.objects.get(conversion=row["id"], form="int8")
    assert (form.provenance["samples"]["kind"], "is_guess" in form.provenance["samples"]) == ("files", False)
    page = client.get(f"/acme/kitchen/models/{row['id']}").content.decode()
    assert "of the file that was sent" in page


@pytest.mark.slow
@pytest.mark.usefixtures("few_forms")
def test_samples_of_another_shape_are_refused_with_both_shapes(client: Client, project: Project) -> None:
    begin = client.post(
        f"{MODELS}?file=net.tflite&samples_follow=true", columns_model(), content_type="application/octet-stream"
    )
    address = f"{MODELS}/{begin.json()['id']}"
    client.put(f"{address}/samples", npy(np.zeros((9, 5))), content_type="application/octet-stream")
    run_jobs()
    row = read(client, begin.json()["id"])
    assert (row["state"], row["forms"]) == ("failed", [])
    assert "has the shape [9, 5]; the model takes [4]" in row["error"]
