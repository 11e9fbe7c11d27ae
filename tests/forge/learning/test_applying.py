"""Applying a form of a converted model: a change request with all that somebody needs to repeat it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.core.blobs.store import read_blob
from forge.core.models import AuditEntry
from forge.learning.conversions.actions import mix_form
from forge.learning.models import ModelConversion
from forge.learning.offers.actions import apply_paths
from forge.projects.actions import write_file
from forge.projects.models import Project
from forge.projects.versions.store import VersionFiles, working_tree
from forge.reviews.change_requests.actions.merges import merge_past_gate
from forge.reviews.models import ChangeRequest
from rune.project.files import MemoryFiles
from rune.source.policy import check_policy
from rune.source.policy.model_files import check_models
from tests.forge.learning.test_conversions import MODELS, NETWORK, converted, run_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker", "few_forms")]

ROOT = Path(__file__).resolve().parents[3]


def apply(client: Client, row: Any, number: int, path: str) -> Any:
    address = f"{MODELS}/{row['id']}/forms/{number}/apply"
    return client.post(address, {"path": path}, content_type="application/json")


def number_of(row: Any, form: str) -> int:
    return next(int(each["number"]) for each in row["forms"] if each["form"] == form)


def warnings_of(files: Any) -> list[str]:
    return [each.message for each in check_models(files, check_policy(files).models)]


@pytest.mark.slow
def test_a_form_becomes_a_change_request_that_anyone_can_repeat(client: Client, user: User, project: Project) -> None:
    write_file(user, project, "forge.yml", b"# ours\nlimits:\n  size: 100 kB\n")
    row = converted(client)
    for path, reason in (("model.txt", "does not end with"), ("../net.tflite", "")):
        response = apply(client, row, number_of(row, "int8"), path)
        assert response.status_code == 400
        assert reason in response.json()["detail"]
    assert not ChangeRequest.objects.exists()

    answer = apply(client, row, number_of(row, "int8"), "net.tflite")
    assert answer.status_code == 201, answer.content
    change = ChangeRequest.objects.get(number=answer.json()["number"])
    assert (change.author, change.source, change.outside_place) == (user, None, "Conversion of network.tflite")
    assert "network.tflite" in change.message
    assert change.offered is not None
    tree = VersionFiles(change.offered.manifest)
    paths = {"net.tflite", "net.provenance.json", "training/network.tflite"}
    assert paths <= set(change.offered.manifest)
    assert tree.read("training/network.tflite") == NETWORK
    assert tree.read("forge.yml").startswith(b"# ours\nlimits:\n  size: 100 kB\n")
    record = json.loads(tree.read("net.provenance.json"))
    assert record["digest"] == change.offered.manifest["net.tflite"]["digest"]
    assert record["source"]["digest"] == row["digest"]
    # `rune check` finds nothing, until the settings, the source or the file are others.
    assert warnings_of(tree) == []
    files = {path: tree.read(path) for path in change.offered.manifest}
    for path, data, message in (
        ("forge.yml", files["forge.yml"].replace(b"int8", b"int16x8"), "converted with other settings"),
        ("training/network.tflite", b"other", "has changed since"),
        ("net.tflite", b"other", "is not the file that its conversion wrote"),
    ):
        assert message in warnings_of(MemoryFiles({**files, path: data}))[0]
    # The project itself is as it was, until somebody merges.
    assert not paths & set(working_tree(project).manifest)
    assert AuditEntry.objects.filter(action="model.apply").count() == 1
    page = client.get(f"/acme/kitchen/models/{row['id']}?form={number_of(row, 'int8')}").content.decode()
    assert f"/acme/kitchen/change-requests/{change.number}" in page
    assert "Conversion of network.tflite" in client.get(answer.json()["url"]).content.decode()


@pytest.mark.slow
def test_a_merged_form_is_in_the_project_and_is_not_offered_again(
    client: Client, user: User, owner: User, project: Project
) -> None:
    row = converted(client)
    mix_form(user, ModelConversion.objects.get(pk=row["id"]), "int8", ["classes_1"])
    run_jobs()
    row = client.get(f"{MODELS}/{row['id']}").json()
    form = row["forms"][-1]
    number = apply(client, row, form["number"], "models/net.tflite").json()["number"]
    change = ChangeRequest.objects.get(project=project, number=number)
    merge_past_gate(owner, change, "The gate has tests of its own.")
    tree = working_tree(project)
    assert read_blob(tree.manifest["models/net.tflite"]["digest"])
    assert b"keep: [classes_1]" in tree.texts["forge.yml"]
    again = apply(client, row, form["number"], "models/net.tflite")
    assert (again.status_code, again.json()["title"]) == (409, "The project has this form already")
    page = client.get(f"/acme/kitchen/models/{row['id']}").content.decode()
    assert '<option value="models/net.tflite">' in page


@pytest.mark.slow
@pytest.mark.usefixtures("project")
def test_a_forge_yml_with_errors_is_not_edited(client: Client, user: User, project: Project) -> None:
    write_file(user, project, "forge.yml", b"limits: [\n")
    row = converted(client)
    response = apply(client, row, number_of(row, "int8"), "net.tflite")
    assert response.status_code == 400
    assert "Fix line 1 first" in response.json()["detail"]


@pytest.mark.slow
def test_the_only_model_of_a_project_is_replaced_where_the_form_fits_in_its_place(
    client: Client, user: User, project: Project
) -> None:
    row = ModelConversion.objects.get(pk=converted(client)["id"])
    write_file(user, project, "own.tflite", NETWORK)
    assert [each.path for each in apply_paths(project, row)] == ["own.tflite", "network.tflite"]
    write_file(user, project, "own.tflite", (ROOT / "examples" / "digits" / "digits.tflite").read_bytes())
    first, second = apply_paths(project, row)
    assert (first.path, first.is_new) == ("network.tflite", True)
    assert (second.path, second.is_new) == ("own.tflite", False)
