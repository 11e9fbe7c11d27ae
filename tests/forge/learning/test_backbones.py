"""Training behind a model of the project: what a run keeps of it, what is refused, and what its change request has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.learning.lab_jobs import queue as lab_queue
from forge.learning.lab_jobs.process import LabRefused
from forge.learning.training.actions.using import use_model
from forge.learning.training.models import TrainingRun
from forge.learning.training.running.job import TRAINING, run_training_job
from forge.projects.actions import write_file
from forge.projects.models import Project, Version
from lab.training.settings import ENVIRONMENT
from rune.digests import digest_of
from tests.forge.learning.test_training import RUNS, begun, read, run_jobs
from tests.support.cases import each_case
from tests.support.forge.factories.training import ScriptedLab, finish_run, motion_version, picture_version
from tests.support.training.backbones import PATH, backbone_model

pytestmark = pytest.mark.django_db(transaction=True)
SETTINGS: dict[str, Any] = {"recipe": "transfer", "arguments": {"epochs": 8, "batch": 8}, "backbone": PATH}


@pytest.fixture(autouse=True)
def _nobody_wakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs run when a test says so."""
    monkeypatch.setattr(lab_queue, "notify_workers", lambda capability: None)


@pytest.fixture
def trains(client: Client, project: Project, user: User, tmp_path: Path) -> Client:
    """Somebody with a backbone in the project, and a version of pictures."""
    picture_version(user, project, tmp_path)
    write_file(user, project, PATH, backbone_model())
    return client


@pytest.mark.proof
@pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares")
def test_a_head_is_learned_behind_a_model_of_the_project_and_offered_with_it(
    client: Client, project: Project, user: User, tmp_path: Path
) -> None:
    picture_version(user, project, tmp_path)
    write_file(user, project, PATH, backbone_model())
    begun(client, **SETTINGS)
    run_jobs()
    run = read(client)
    assert (run["state"], run["error"], run["backbone"]) == ("finished", "", PATH)
    assert run["needs"]["cortex-m0plus"]["instructions"] > 1_000_000, run["notes"]
    files = {each["path"]: each for each in run["files"]}
    assert files[PATH]["digest"] == digest_of(backbone_model())
    runefile = b"".join(client.get(files["Runefile.yml"]["url"])).decode()
    assert f'model: "./{PATH}"' in runefile
    assert "model: ./model.tflite" in runefile


@pytest.mark.slow
def test_a_run_learns_behind_the_file_as_it_was_when_it_began(
    trains: Client, project: Project, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(trains, **SETTINGS)
    write_file(user, project, PATH, backbone_model("float32"))
    contents: list[bytes] = []

    class Looking(ScriptedLab):
        def __call__(self, request: dict[str, Any], shape: Any, **calls: Any) -> Any:
            contents.append((Path(request["folder"]) / "backbone.tflite").read_bytes())
            return super().__call__(request, shape, **calls)

    lab = Looking([], LabRefused("Enough.", "data"))
    monkeypatch.setitem(vars(TRAINING), "execute", lambda context: run_training_job(context, lab))
    run_jobs()
    assert contents == [backbone_model()]
    assert lab.requests[0]["backbone"] == PATH


@pytest.mark.slow
def test_a_model_is_offered_with_the_backbone_in_forge_yml(trains: Client, project: Project, user: User) -> None:
    begun(trains, **SETTINGS)
    run = use_model(user, finish_run(TrainingRun.objects.get()))
    version = Version.objects.filter(project=project).order_by("-number").first()
    assert version is not None
    assert run.change_url
    policy = trains.get(f"/api/v1/projects/acme/kitchen/versions/{version.number}/files/forge.yml")
    assert f'backbone: "{PATH}"' in policy.content.decode()


@each_case(
    ("settings", "message"),
    [
        ({"backbone": ""}, "learns behind a model of the project"),
        ({"backbone": "nowhere.tflite"}, "The project has no .tflite file nowhere.tflite"),
        ({"backbone": "Runefile.yml"}, "The project has no .tflite file Runefile.yml"),
        ({"recipe": "pictures"}, "The recipe pictures learns behind no backbone"),
    ],
)
def test_a_backbone_that_cannot_work_is_refused_by_its_name(
    trains: Client, settings: dict[str, Any], message: str
) -> None:
    answer = trains.post(RUNS, {**SETTINGS, **settings}, content_type="application/json")
    assert answer.status_code == 400
    assert message in answer.json()["detail"]
    assert "backbone" in answer.json()["errors"]
    assert not TrainingRun.objects.exists()


@pytest.mark.slow
def test_the_form_asks_for_a_model_of_the_project(trains: Client, project: Project) -> None:
    page = trains.get("/acme/kitchen/training?recipe=transfer").content.decode()
    assert f"<option>{PATH}</option>" in page
    assert 'name="backbone"' not in trains.get("/acme/kitchen/training?recipe=pictures").content.decode()
    fields = {"recipe": "transfer", "backbone": PATH, "model": "signs.tflite"}
    assert trains.post("/acme/kitchen/training/begin", fields).status_code == 302
    run = TrainingRun.objects.get()
    assert (run.backbone_path, run.backbone_digest) == (PATH, digest_of(backbone_model()))
    again = trains.get("/acme/kitchen/training?recipe=transfer&from=1").content.decode()
    assert f"<option selected>{PATH}</option>" in again
    assert PATH in trains.get("/acme/kitchen/training/1").content.decode()


@pytest.mark.slow
def test_a_search_begins_with_the_recipe_for_the_samples_of_the_project(
    client: Client, project: Project, user: User
) -> None:
    motion_version(user, project)
    page = client.get("/acme/kitchen/searches").content.decode()
    section = page[page.index("chosen-recipe") :]
    assert "Motion and gestures" in section[: section.index("</a>")]
    assert "?recipe=transfer" not in page


@pytest.mark.slow
def test_a_project_without_a_model_is_sent_to_the_page_of_models(client: Client, project: Project, user: User) -> None:
    motion_version(user, project)
    page = client.get("/acme/kitchen/training?recipe=transfer").content.decode()
    assert "This recipe learns behind a model that turns a picture into a vector" in page
    assert 'href="/acme/kitchen/models">Open Models' in page
    assert ">Train</button>" not in page


@pytest.mark.slow
def test_recipes_for_the_samples_of_the_project_come_first(client: Client, project: Project, user: User) -> None:
    motion_version(user, project)
    page = client.get("/acme/kitchen/training").content.decode()
    names = [part.partition("#")[0] for part in page.split('href="?recipe=')[1:]]
    of_motion = ["motion", "motion-trees", "autoencoder", "anomaly"]
    of_sound = ["keywords", "wake-word", "sound-autoencoder", "sound-anomaly"]
    assert names[:10] == [*of_motion, *of_sound, "pictures", "counting"]
    own = page.partition("Recipes for other data")[0]
    assert own.count('href="?recipe=') == 4
    assert "<details" in own[own.rindex("?recipe=anomaly") :]
    section = client.get("/acme/kitchen/training?recipe=pictures").content.decode()
    assert '<details class="run-more" open>' in section
    assert "0.000001 to 1." in page
    assert "1e-06" not in page
