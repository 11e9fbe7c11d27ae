"""Training with another run as the teacher: what the form offers, what a run keeps of it, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.core.blobs.links import links_of
from forge.core.blobs.store import put_bytes
from forge.datasets.hooks import SampleScope
from forge.datasets.models import Sample
from forge.learning.lab_jobs import queue as lab_queue
from forge.learning.lab_jobs.process import LabRefused
from forge.learning.training.actions.using import use_model
from forge.learning.training.models import TrainingRun
from forge.learning.training.running.job import TRAINING, run_training_job
from forge.learning.training.withdrawn_samples import runs_that_learned
from forge.projects.models import Project, Version
from lab.training.settings import ENVIRONMENT
from tests.forge.learning.test_training import RUNS, begun, read, run_jobs
from tests.support.forge.factories.training import ScriptedLab, finish_run, finished_run, motion_version

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nobody_wakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs run when a test says so."""
    monkeypatch.setattr(lab_queue, "notify_workers", lambda capability: None)


@pytest.fixture
def teacher(client: Client, project: Project, user: User) -> TrainingRun:
    """Run 1, which is finished."""
    motion_version(user, project)
    return finished_run(user, project)


@pytest.mark.slow
def test_a_run_keeps_the_files_of_its_teacher_as_they_were(
    client: Client, teacher: TrainingRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert begun(client, teacher=1)["teacher"] == 1
    assert client.delete(f"{RUNS}/1").status_code == 204
    contents: list[bytes] = []

    class Looking(ScriptedLab):
        def __call__(self, request: dict[str, Any], shape: Any, **calls: Any) -> Any:
            folder = Path(request["folder"])
            names = ("teacher.float.tflite", "teacher.provenance.json")
            contents.extend((folder / name).read_bytes() for name in names)
            return super().__call__(request, shape, **calls)

    lab = Looking([], LabRefused("Enough.", "data"))
    monkeypatch.setitem(vars(TRAINING), "execute", lambda context: run_training_job(context, lab))
    run_jobs()
    assert contents == [b"floats", b"{}"]
    assert lab.requests[0]["teacher"] == "model.teacher.float.tflite"
    run = TrainingRun.objects.get()
    assert set(links_of(run).values_list("blob_id", flat=True)) == set(run.teacher_files.values())


@pytest.mark.slow
def test_the_form_offers_finished_runs_and_sends_one(client: Client, teacher: TrainingRun) -> None:
    page = client.get("/acme/kitchen/training").content.decode()
    assert '<option value="1">Run 1,' in page
    assert 'name="teacher"' not in client.get("/acme/kitchen/training?recipe=regression").content.decode()
    fields = {"recipe": "motion", "teacher": "1", "model": "small.tflite"}
    assert client.post("/acme/kitchen/training/begin", fields).status_code == 302
    run = TrainingRun.objects.get(number=2)
    assert (run.teacher_number, set(run.teacher_files)) == (1, {"model", "record"})
    again = client.get("/acme/kitchen/training?recipe=motion&from=2").content.decode()
    assert '<option value="1" selected>' in again
    assert '<a href="/acme/kitchen/training/1">Run 1</a>' in client.get("/acme/kitchen/training/2").content.decode()
    comparison = client.get("/acme/kitchen/training/compare?run=1&run=2").content.decode()
    assert "Teacher" in comparison
    assert "run 1" in comparison


@pytest.mark.slow
def test_a_model_is_offered_with_the_teacher_in_forge_yml(client: Client, teacher: TrainingRun, user: User) -> None:
    begun(client, teacher=1)
    run = use_model(user, finish_run(TrainingRun.objects.get(number=2)))
    version = Version.objects.filter(project=run.project).order_by("-number").first()
    assert version is not None
    policy = client.get(f"/api/v1/projects/acme/kitchen/versions/{version.number}/files/forge.yml")
    assert 'teacher: "model.teacher.float.tflite"' in policy.content.decode()


@pytest.mark.slow
def test_what_learned_from_a_teacher_learned_from_its_samples(
    client: Client, teacher: TrainingRun, project: Project, user: User
) -> None:
    for number in (1, 2):
        begun(client, teacher=number)
        run = finish_run(TrainingRun.objects.get(number=number + 1))
        run.description = {**run.description, "recordings": []}
        run.files = {**run.files, "model.float.tflite": put_bytes(b"floats of %d" % run.number).digest}
        run.save()
    sample = Sample.objects.filter(data_set__project=project, number__in=teacher.description["recordings"]).first()
    assert sample is not None
    scope = SampleScope(sample.data_set_id, (sample.number,))
    assert [run.number for run in runs_that_learned(scope)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"teacher": 9}, "Run 9 of this project has no network that could teach."),
        ({"teacher": 2}, "Run 2 of this project has no network that could teach."),
        ({"teacher": 1, "recipe": "regression"}, "The recipe regression learns without a teacher."),
    ],
)
def test_a_run_that_cannot_teach_is_refused_by_its_number(
    client: Client, teacher: TrainingRun, settings: dict[str, Any], message: str
) -> None:
    begun(client)  # run 2 has not ended
    answer = client.post(RUNS, {"recipe": "motion", **settings}, content_type="application/json")
    assert answer.status_code == 400
    assert message in answer.json()["detail"]
    assert "teacher" in answer.json()["errors"]


@pytest.mark.proof
@pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares")
def test_a_smaller_network_learns_from_a_run_and_is_offered_with_it(
    client: Client, project: Project, user: User
) -> None:
    motion_version(user, project)
    begun(client)
    run_jobs()
    small = {"epochs": 12, "window": 50, "blocks": 2, "filters": 2, "hop": 25, "batch": 16, "prune": 0.0}
    begun(client, arguments=small, teacher=1)
    run_jobs()
    teacher, run = read(client, 1), read(client, 2)
    assert (run["state"], run["error"], run["teacher"]) == ("finished", "", 1)
    files = {each["path"]: each["digest"] for each in run["files"]}
    of_teacher = {each["path"]: each["digest"] for each in teacher["files"]}
    assert files["model.teacher.float.tflite"] == of_teacher["model.float.tflite"]
    assert files["model.teacher.provenance.json"] == of_teacher["model.provenance.json"]
    assert "script/teacher.float.tflite" in files
