"""Editing `models` in a project's forge.yml begins the conversion again, once, and the page says how far it is."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.builds.access import preview_of
from forge.builds.previews.refresh import refresh_previews
from forge.builds.serializers.previews import preview_to_json
from forge.compute.pool.compiler import Compiler
from forge.jobs.models import Job
from forge.learning.conversions import actions
from forge.learning.models import ModelConversion
from forge.projects.actions import write_file
from forge.projects.models import Project
from forge.reviews.change_requests.actions.merges import merge_past_gate
from forge.reviews.models import ChangeRequest
from tests.forge.learning.test_conversions import MODELS, NETWORK, run_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker", "few_forms")]

PAGE = "/acme/kitchen/models"
MANIFEST = "models:\n  net.tflite:\n    source: training/network.tflite\n    quantize: int8\n    interface: float32\n"


@pytest.fixture
def source(user: User, project: Project) -> Project:
    """A project with the source of a model."""
    write_file(user, project, "training/network.tflite", NETWORK)
    return project


@pytest.fixture
def edit(user: User, source: Project, compiler: Compiler) -> Any:
    """Writes the forge.yml and does what a worker does once typing pauses. Returns the preview."""

    def edit(text: str, author: User = user) -> Any:
        write_file(author, source, "forge.yml", text.encode())
        refresh_previews(source.pk, compiler, threading.Event())
        preview = preview_of(source)
        assert preview is not None
        return preview_to_json(preview)

    return edit


def forms_of(client: Client) -> list[tuple[str, list[str]]]:
    (row,) = client.get(MODELS).json()["results"]
    return [(each["form"], each["float_layers"]) for each in client.get(f"{MODELS}/{row['id']}").json()["forms"]]


def warnings_of(preview: Any) -> list[str]:
    return [each["message"] for each in preview["diagnostics"] if each["code"] == "RUNE0107"]


def page_of(client: Client) -> str:
    return " ".join(client.get(PAGE).content.decode().split())


@pytest.mark.slow
def test_an_edit_converts_again_once_and_the_result_is_offered(
    client: Client, owner: User, source: Project, edit: Any
) -> None:
    assert "Models of forge.yml" not in page_of(client)
    preview = edit(MANIFEST)
    assert warnings_of(preview) == ['"net.tflite" has not been converted from "training/network.tflite" yet']
    assert ModelConversion.objects.get().source_name == "network.tflite"
    assert ">Converting</a>" in page_of(client)
    # Layers that are written before the conversion ends are made in the same job.
    edit(f"{MANIFEST}    keep: [classes_1]\n")
    edit(f"{MANIFEST}    keep: [classes_1] # the last one\n")
    assert Job.objects.count() == 1
    run_jobs()
    assert forms_of(client) == [("float32", []), ("int8", []), ("int8", ["classes_1"])]
    row = ModelConversion.objects.get()
    assert f"{row.get_absolute_url()}?form=3#apply-form" in page_of(client)

    # A name that is typed halfway is no layer, and another set of layers is another job.
    edit(f"{MANIFEST}    keep: [mixing]\n")
    assert Job.objects.count() == 1
    assert "network.tflite has no layer &quot;mixing&quot;" in page_of(client)
    edit(f"{MANIFEST}    keep: [mixing_1]\n")
    edit(f"limits:\n  size: 1 MB\n{MANIFEST}    keep: [mixing_1]\n")
    assert Job.objects.count() == 2
    run_jobs()
    assert forms_of(client)[3:] == [("int8", ["mixing_1"])]

    body = {"path": "net.tflite"}
    address = f"{MODELS}/{row.pk}/forms/4/apply"
    number = client.post(address, body, content_type="application/json").json()["number"]
    merge_past_gate(owner, ChangeRequest.objects.get(project=source, number=number), "The gate has tests of its own.")
    jobs = Job.objects.count()
    preview = edit(f"# as it was\n{MANIFEST}    keep: [mixing_1]\n")
    assert warnings_of(preview) == []
    assert ">Up to date</span>" in page_of(client)
    assert Job.objects.count() == jobs
    preview = edit(f"{MANIFEST.replace('int8', 'int16x8')}    keep: [mixing_1]\n")
    assert warnings_of(preview) == ['"net.tflite" was converted with other settings']
    assert Job.objects.count() == jobs + 1


@pytest.mark.slow
def test_what_a_server_does_not_make_is_named_and_begins_nothing(client: Client, source: Project, edit: Any) -> None:
    for text, reason in (
        (MANIFEST.replace("    interface: float32\n", ""), "Write `interface: float32`, or run `rune convert`"),
        (f"{MANIFEST.replace('int8', 'dynamic')}    keep: [classes_1]\n", "Layers stay in float in int8 and int16x8"),
        (MANIFEST.replace("training/network.tflite", "forge.yml"), "is a text file, not a model"),
        (MANIFEST.replace("network", "gone"), "is missing"),
        (f"{MANIFEST}    shapes:\n      x: 16777215x1x1x1x1x1x1\n", "Write it like 49x10"),
    ):
        edit(text)
        assert reason in page_of(client).replace("&#x27;", "'").replace("&quot;", '"'), text
    assert not Job.objects.exists()
    edit("models: [\n")
    assert "Models of forge.yml" not in page_of(client)


@pytest.mark.slow
def test_what_failed_or_was_refused_is_tried_again(
    client: Client, user: User, source: Project, edit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = f"{PAGE}/declared/again"
    with monkeypatch.context() as patch:
        patch.setattr(actions, "MAX_CONVERSIONS", 0)
        edit(MANIFEST)
    assert "A project has at most 0 conversions" in page_of(client)
    assert "Try again</button>" in page_of(client)
    assert not Job.objects.exists()
    assert client.post(again, {"path": "net.tflite"}).status_code == 302
    page = page_of(client)
    assert ">Converting</a>" in page
    assert "at most 0 conversions" not in page
    assert "Try again</button>" not in page

    Job.objects.all().delete()
    ModelConversion.objects.all().delete()
    write_file(user, source, "training/network.keras", b"PK\x03\x04" + bytes(200))
    text = MANIFEST.replace("network.tflite", "network.keras")
    edit(text)
    run_jobs()
    assert ModelConversion.objects.get().state == "failed"
    assert "Try again</button>" in page_of(client)
    edit(f"{text}# once more\n")
    assert Job.objects.count() == 1
    assert client.post(again, {"path": "net.tflite"}).status_code == 302
    assert (Job.objects.count(), ModelConversion.objects.get().state) == (2, "waiting")
    assert "Try again</button>" not in page_of(client)

    for path, reason in (("other.tflite", "declares no model"), ("", "declares no model")):
        answer = client.post(again, {"path": path})
        assert (answer.status_code, reason in answer.content.decode()) == (400, True)


def test_what_a_server_does_not_make_is_not_tried_again(client: Client, source: Project, edit: Any) -> None:
    edit(MANIFEST.replace("    interface: float32\n", ""))
    assert "Try again</button>" not in page_of(client)
    answer = client.post(f"{PAGE}/declared/again", {"path": "net.tflite"})
    assert (answer.status_code, Job.objects.exists()) == (400, False)
    assert "Write `interface: float32`" in answer.content.decode()


def test_nobody_who_may_no_longer_edit_begins_a_conversion(
    client: Client, user: User, source: Project, compiler: Compiler
) -> None:
    write_file(user, source, "forge.yml", MANIFEST.encode())
    User.objects.filter(pk=user.pk).update(is_active=False)
    refresh_previews(source.pk, compiler, threading.Event())
    User.objects.filter(pk=user.pk).update(is_active=True)
    assert not ModelConversion.objects.exists()
    assert "Nobody who may edit this project changed it" in page_of(client)
