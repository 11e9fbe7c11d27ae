"""Versions over the API: saved with a message, listed with their builds, compared in words, and who wrote a line."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.builds.actions import request_build
from forge.core.models import Event
from forge.projects.actions import delete_file, rename_file, save_version, write_file
from forge.projects.files.document_store import load_document, note_clients
from forge.projects.models import Project
from forge.projects.versions.store import snapshot
from tests.support.forge.factories.members import RUNEFILE
from tests.support.models.model_cases import compiled_model, model_cases

pytestmark = pytest.mark.django_db

BASE = "/api/v1/projects/acme/kitchen"


def _save(client: Client, message: str) -> Any:
    return client.post(f"{BASE}/versions", {"message": message}, content_type="application/json")


@pytest.mark.slow
def test_versions_are_listed_with_who_when_why_and_their_builds(client: Client, project: Project, user: User) -> None:
    request_build(user, project)
    write_file(user, project, "notes.md", b"x")
    response = _save(client, "  with\nnotes ")
    assert response.status_code == 201
    assert response.json()["message"] == "with notes"
    rows = client.get(f"{BASE}/versions").json()["results"]
    assert [(one["number"], one["message"], one["files"]) for one in rows] == [(2, "with notes", 2), (1, "", 1)]
    assert rows[0]["saved_by"]["name"] == "Jo Okafor"
    assert [build["number"] for build in rows[1]["builds"]] == [1]
    assert Event.objects.filter(type="version.saved", data={"number": 2}).exists()


def test_saving_the_same_files_again_gives_the_version_a_message(client: Client, project: Project, user: User) -> None:
    snapshot(project, user)
    assert _save(client, "good").json()["number"] == 1
    assert _save(client, "x" * 201).status_code == 400
    assert client.get(f"{BASE}/versions/1").json()["message"] == "good"
    assert client.get(f"{BASE}/versions/7").status_code == 404


def test_a_file_is_read_as_it_was(client: Client, project: Project, user: User) -> None:
    write_file(user, project, "a.txt", b"one")
    snapshot(project, user)
    write_file(user, project, "a.txt", b"two")
    answer = client.get(f"{BASE}/versions/1/files/a.txt")
    assert (answer.content, answer["Content-Security-Policy"]) == (b"one", "default-src 'none'; sandbox")
    assert client.get(f"{BASE}/versions/1/files/b.txt").status_code == 404


CHANGED = RUNEFILE.replace("dimensions: [1, 1]", "dimensions: [1, 2]").replace("  out:\n", "  result:\n")


@pytest.mark.slow
def test_a_comparison_says_what_became_of_files_stages_and_wires(client: Client, project: Project, user: User) -> None:
    write_file(user, project, "a.txt", b"one")
    write_file(user, project, "b.txt", b"one")
    snapshot(project, user)
    rename_file(user, project, "a.txt", "docs/a.txt")
    delete_file(user, project, "b.txt")
    write_file(user, project, "Runefile.yml", CHANGED.encode())
    payload = client.get(f"{BASE}/versions/compare?from=1").json()
    assert [(one["change"], one["path"], one["has_other_contents"]) for one in payload["files"]] == [
        ("changed", "Runefile.yml", True),
        ("removed", "b.txt", True),
        ("renamed", "docs/a.txt", False),
    ]
    stages = {stage["name"]: stage["change"] for stage in payload["pipeline"]["stages"]}
    assert stages == {"number": "same", "result": "added", "out": "removed"}
    assert {wire["change"] for wire in payload["pipeline"]["wires"]} == {"added", "removed"}
    assert "A new output, `result`." in payload["sentences"]
    assert "a.txt was renamed to docs/a.txt." in payload["sentences"]
    same = client.get(f"{BASE}/versions/compare?from=now&to=now").json()
    assert (same["files"], same["sentences"], same["models"]) == ([], [], [])
    assert client.get(f"{BASE}/versions/compare?from=²").status_code == 400


@pytest.mark.slow
def test_a_comparison_says_what_became_of_a_model(client: Client, project: Project, user: User) -> None:
    write_file(user, project, "m.tflite", compiled_model("chain_f32_dense"))
    snapshot(project, user)
    other = next(case.data for case in model_cases() if case.name.startswith("chain_i8"))
    write_file(user, project, "m.tflite", other)
    (model,) = client.get(f"{BASE}/versions/compare?from=1").json()["models"]
    assert model["path"] == "m.tflite"
    assert model["before"]["memory"]["arena"] != model["after"]["memory"]["arena"]
    assert any("The quantisation of m.tflite changed from" in sentence for sentence in model["sentences"])


@pytest.mark.slow
def test_a_models_page_has_its_layers_and_the_arena_that_anvil_plans(
    client: Client, project: Project, user: User
) -> None:
    write_file(user, project, "m.tflite", compiled_model("chain_f32_dense"))
    assert "graph" not in client.get(f"{BASE}/models/m.tflite").json()
    page = client.get(f"{BASE}/models/m.tflite?graph=1").json()
    assert page["memory"]["runs"] == "compiled"
    assert page["memory"]["arena"] >= page["memory"]["live"] > 0
    assert page["graph"]["nodes"][0]["reads"] == [-1]
    assert page["quantisation"]["none"] > 0


@pytest.mark.slow
def test_each_line_has_its_author_and_the_version_it_is_from(client: Client, project: Project, user: User) -> None:
    write_file(user, project, "a.txt", b"one\ntwo\n")
    save_version(user, project, "first")
    write_file(user, project, "a.txt", b"zero\none\ntwo\n")
    save_version(user, project, "second")
    rename_file(user, project, "a.txt", "b.txt")
    write_file(user, project, "b.txt", b"zero\none\ntwo\nthree\n")
    note_clients(project.pk, {load_document(project.pk).doc.client_id: user.pk})
    payload = client.get(f"{BASE}/authors?path=b.txt").json()
    assert payload["lines"] == [2, 1, 1, None, 1]
    assert payload["versions"]["2"]["message"] == "second"
    assert {person["name"] for person in payload["people"].values()} == {"Jo Okafor"}
    assert client.get(f"{BASE}/authors?path=none").status_code == 404
