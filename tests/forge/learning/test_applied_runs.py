"""Applying the model of a run at once: the files, the build, the change request where rules ask for a review, roles."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.builds.models import Build
from forge.core.blobs.links import link_derived
from forge.core.blobs.store import put_bytes
from forge.core.models import AuditEntry
from forge.learning.training.models import TrainingRun
from forge.projects.actions import write_file
from forge.projects.models import Project, Version
from forge.projects.versions.store import working_tree
from forge.reviews.models import ChangeRequest
from forge.reviews.rules.models import OrganisationRules
from rune.source.policy.model_files import RUNE_OF_RUN
from tests.support.forge.factories.training import finished_run, motion_run, motion_version

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("nobody_wakes")]
RUN = "/api/v1/projects/acme/kitchen/training/1"
SCORES = b"""version: 1
pipeline:
  scores:
    out: SERIAL
    inputs: [steady]
"""


@pytest.fixture
def run(user: User, project: Project) -> TrainingRun:
    motion_version(user, project)
    return finished_run(user, project)


def apply(client: Client, **body: Any) -> Any:
    answer = client.post(f"{RUN}/apply", body, content_type="application/json")
    return answer.status_code, answer.json()


def add_file(run: TrainingRun, path: str, data: bytes) -> None:
    blob = put_bytes(data)
    link_derived(run, [blob.digest], run.project.organisation_id)
    run.files[path], run.sizes[path] = blob.digest, blob.size
    run.save(update_fields=["files", "sizes"])


@pytest.mark.protects("reviews/applied-runs")
def test_the_model_is_in_the_project_at_once_and_a_build_begins(
    client: Client, project: Project, run: TrainingRun, user: User
) -> None:
    write_file(user, project, "Runefile.yml", b"# mine\n")
    add_file(run, RUNE_OF_RUN, b"rune")
    status, answer = apply(client)
    assert status == 201
    assert answer["url"] == "/acme/kitchen/studio"
    assert (answer["change_url"], answer["build_note"]) == (None, "")
    assert answer["build"] == Build.objects.get(project=project).number
    tree = working_tree(project)
    assert tree.texts["Runefile.yml"] == b"version: 1\n"
    assert tree.manifest["model.tflite"]["digest"] == run.files["model.tflite"]
    assert b"recipe: motion" in tree.texts["forge.yml"]
    assert not {RUNE_OF_RUN, "script/train.py"} & tree.manifest.keys()
    assert not ChangeRequest.objects.exists()
    assert AuditEntry.objects.filter(action="training.apply").count() == 1
    # The text that was there is a version, which can be restored.
    assert any(
        each.manifest.get("Runefile.yml", {}).get("size") == len(b"# mine\n")
        for each in Version.objects.filter(project=project)
    )


@pytest.mark.protects("reviews/applied-runs")
@pytest.mark.parametrize("place", ["forge.yml", "organisation"])
def test_where_rules_ask_for_a_review_a_change_request_is_opened(
    client: Client, project: Project, run: TrainingRun, user: User, place: str
) -> None:
    if place == "forge.yml":
        write_file(user, project, "forge.yml", b"approvals:\n  - from: anyone\n")
    else:
        OrganisationRules.objects.create(organisation=project.organisation, approvals=1)
    status, answer = apply(client)
    assert status == 201
    assert answer["change_url"] == answer["url"] == "/acme/kitchen/change-requests/1"
    assert "model.tflite" not in working_tree(project).manifest
    assert not Build.objects.filter(project=project).exists()
    assert apply(client)[1]["change_url"] == answer["change_url"]


def test_the_threshold_of_a_label_stands_in_the_runefile(client: Client, project: Project, run: TrainingRun) -> None:
    status, answer = apply(client, threshold={"label": "circle", "value": 0.8})
    assert (status, answer["detail"].split(".")[0]) == (
        400,
        "The rune of this run sends no scores that a threshold could be compared with",
    )
    add_file(run, "Runefile.yml", SCORES)
    assert apply(client, threshold={"label": "jump", "value": 0.8})[0] == 400
    assert "model.tflite" not in working_tree(project).manifest
    assert apply(client, threshold={"label": "circle", "value": 0.8})[0] == 201
    text = working_tree(project).texts["Runefile.yml"].decode()
    assert "      on: 0.8\n      off: 0.64\n" in text
    assert "dimensions: [1, 3]" in text


def test_a_run_without_a_model_is_refused(client: Client, project: Project, user: User) -> None:
    motion_version(user, project)
    motion_run(user, project)
    status, answer = apply(client)
    assert (status, answer["title"]) == (409, "This run has no model yet")


def test_the_rune_that_was_judged_is_a_file_of_the_run_alone(
    client: Client, project: Project, run: TrainingRun
) -> None:
    assert client.get(RUN).json()["rune_url"] is None
    add_file(run, RUNE_OF_RUN, b"rune")
    url = client.get(RUN).json()["rune_url"]
    assert b"".join(client.get(url)) == b"rune"
    answer = client.post(f"{RUN}/use", {}, content_type="application/json").json()
    change = ChangeRequest.objects.get()
    assert answer["change_url"] == f"/acme/kitchen/change-requests/{change.number}"
    assert change.offered is not None
    assert RUNE_OF_RUN not in change.offered.manifest
