"""Training behind a classifier of the project: the run has the part of it that its rune runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.learning.lab_jobs import queue as lab_queue
from forge.learning.training.actions.using import use_model
from forge.learning.training.models import TrainingRun
from forge.projects.actions import write_file
from forge.projects.models import Project, Version
from lab.recipes.arguments import read_arguments
from lab.recipes.catalogue import recipe_of
from lab.search.candidate import candidate_model
from lab.training.settings import ENVIRONMENT
from rune.digests import digest_of
from rune.model.tflite.embedding import with_embedding
from tests.forge.learning.test_training import begun, read, run_jobs
from tests.support.forge.factories.training import picture_version

pytestmark = pytest.mark.django_db(transaction=True)
MODEL, PART = "models/signs.tflite", "models/signs.embedding.tflite"


def classifier() -> bytes:
    """A model of the recipe for pictures, with weights by chance."""
    recipe = recipe_of("pictures")
    values = read_arguments(recipe.arguments, {"size": 32, "blocks": 3, "filters": 8}, recipe.name)
    return candidate_model(recipe, values, 3, "int8")


@pytest.mark.proof
@pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares")
def test_a_run_behind_a_classifier_is_offered_with_the_part_that_its_rune_runs(
    client: Client, project: Project, user: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lab_queue, "notify_workers", lambda capability: None)
    picture_version(user, project, tmp_path)
    write_file(user, project, MODEL, classifier())
    settings: dict[str, Any] = {"recipe": "transfer", "arguments": {"epochs": 8, "batch": 8}, "backbone": MODEL}
    begun(client, **settings)
    run_jobs()
    run = read(client)
    assert (run["state"], run["error"], run["backbone"]) == ("finished", "", MODEL)
    assert run["needs"]["cortex-m0plus"]["instructions"] > 100_000, run["notes"]
    files = {each["path"]: each for each in run["files"]}
    assert MODEL not in files
    assert files[PART]["digest"] == digest_of(with_embedding(classifier()))
    runefile = b"".join(client.get(files["Runefile.yml"]["url"])).decode()
    assert f'model: "./{PART}"' in runefile
    assert use_model(user, TrainingRun.objects.get()).change_url
    version = Version.objects.filter(project=project).order_by("-number").first()
    assert version is not None
    assert {MODEL, PART, "model.tflite"} <= set(version.manifest)
    policy = client.get(f"/api/v1/projects/acme/kitchen/versions/{version.number}/files/forge.yml")
    assert f'backbone: "{MODEL}"' in policy.content.decode()
