"""Training runs over the API, with the real `lab`: a model with figures, pausing and going on, what is refused."""

from __future__ import annotations

import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import Quota, User
from forge.builds.contents import keep_contents
from forge.core.models import AuditEntry, Event
from forge.datasets.models import Sample
from forge.jobs.models import Job, WorkerCapability
from forge.jobs.workers.slots import JobSlots
from forge.learning.lab_jobs import queue as lab_queue
from forge.learning.lab_jobs.process import LabRefused
from forge.learning.training.actions import runs as actions
from forge.learning.training.declarations import with_section
from forge.learning.training.models import TrainingRun
from forge.learning.training.running import following
from forge.learning.training.running.job import TRAINING, follow_job, run_training_job
from forge.projects.models import Project
from lab.training.settings import ENVIRONMENT
from rune.model.tflite import TensorKind, read_model
from tests.support.forge.factories.training import SMALL, ScriptedLab, curve, motion_version, table_version
from tests.support.training.motion_data import LABELS

needs_tensorflow = [
    pytest.mark.proof,
    pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares"),
]
pytestmark = pytest.mark.django_db(transaction=True)
RUNS = "/api/v1/projects/acme/kitchen/training"


@pytest.fixture(autouse=True)
def _nobody_wakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs run when a test says so."""
    monkeypatch.setattr(lab_queue, "notify_workers", lambda capability: None)


def run_jobs() -> None:
    """Does a worker's jobs."""
    JobSlots(1, (WorkerCapability.LAB,), threading.Event()).work()


def begun(client: Client, **body: Any) -> Any:
    answer = client.post(RUNS, {"recipe": "motion", "arguments": SMALL, **body}, content_type="application/json")
    assert answer.status_code == 201, answer.content
    return answer.json()


def read(client: Client, number: int = 1) -> Any:
    answer = client.get(f"{RUNS}/{number}")
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.fixture
def trains(client: Client, project: Project, user: User) -> Client:
    motion_version(user, project)
    return client


@needs_tensorflow[0]
@needs_tensorflow[1]
def test_a_run_gives_a_model_curves_and_figures(trains: Client, project: Project) -> None:
    assert begun(trains)["state"] == "waiting"
    run_jobs()
    run = read(trains)
    assert (run["state"], run["error"]) == ("finished", "")
    assert [row["epoch"] for row in run["curves"]] == list(range(1, len(run["curves"]) + 1))
    assert run["samples"]["train"]["circle"] >= 1
    for target in ("cortex-m0plus", "rv32imc"):
        assert run["needs"][target]["instructions"] > 1000, run["notes"]
    assert run["rune_size"] > 10_000
    judgement = run["judgements"]["validation"]
    assert judgement["epoch"] == 0
    assert sum(map(sum, judgement["confusion"])) == judgement["accuracy"]["samples"] == run["quality"]["count"] > 0
    assert {each["name"] for each in judgement["by_label"]} == {"circle", "shake", "still"}
    files = {each["path"]: each for each in run["files"]}
    model = read_model(b"".join(trains.get(files["model.tflite"]["url"])))
    assert model.tensors[model.inputs[0]].kind is TensorKind.INT8
    script = b"".join(trains.get(files["script/train.py"]["url"])).decode()
    assert "import keras" in script
    assert AuditEntry.objects.filter(action="training.download").exists()
    rows = [row for event in Event.objects.filter(type="training.changed") for row in [event.data["epochs"]]]
    assert rows == sorted(rows)
    answer = trains.post(f"{RUNS}/1/use", {}, content_type="application/json")
    assert answer.status_code == 201, answer.content
    change = trains.get(answer.json()["change_url"])
    assert change.status_code == 200
    assert "training run 1" in change.content.decode()
    again = trains.post(f"{RUNS}/1/use", {}, content_type="application/json").json()
    assert again["change_url"] == answer.json()["change_url"]


@pytest.mark.slow
def test_trees_are_learned_without_tensorflow_and_used_like_a_model(trains: Client, project: Project) -> None:
    begun(trains, recipe="motion-trees", arguments={"epochs": 5, "window": 50})
    run_jobs()
    run = read(trains)
    assert (run["state"], run["error"]) == ("finished", "")
    assert [row["epoch"] for row in run["curves"]] == list(range(1, len(run["curves"]) + 1))
    assert set(run["judgements"]) == {"validation"}
    judgement = run["judgements"]["validation"]
    assert sum(map(sum, judgement["confusion"])) == judgement["accuracy"]["samples"] == run["quality"]["count"] > 0
    files = {each["path"]: each for each in run["files"]}
    assert {"model.trees.json", "Runefile.yml", "model.provenance.json"} <= set(files)
    assert not {path for path in files if path.endswith(".tflite") or path.startswith("script/")}
    assert b'"decision-trees"' in b"".join(trains.get(files["model.trees.json"]["url"]))
    page = trains.get(f"/acme/kitchen/training/{run['number']}")
    assert page.status_code == 200
    assert "Motion by decision trees" in page.content.decode()
    response = trains.post(f"{RUNS}/1/use", {}, content_type="application/json")
    assert response.status_code == 201, response.content
    assert trains.get(response.json()["change_url"]).status_code == 200


@pytest.mark.slow
def test_a_number_is_learned_and_its_error_is_shown_beside_that_without_learning(
    client: Client, project: Project, user: User
) -> None:
    table_version(user, project)
    begun(client, recipe="regression-trees", arguments={"epochs": 20, "depth": 4})
    run_jobs()
    run = read(client)
    assert (run["state"], run["error"]) == ("finished", "")
    assert run["judgements"] == {}
    assert set(run["errors"]) == {"validation"}
    assert run["column"] == "power"
    error = run["errors"]["validation"]
    assert error["error"]["high"] < error["baseline"]["low"]
    assert run["samples"]["train"]["power"] > 0
    assert run["arguments"]["columns"] == 3
    page = client.get("/acme/kitchen/training/1").content.decode()
    assert "Mean errors" in page
    assert "the mean of the train split" in page
    assert "Explained" in page
    assert "Confusion matrix" not in page
    assert "error 0 on" not in client.get("/acme/kitchen/training").content.decode()
    response = client.post("/api/v1/projects/acme/kitchen/training/1/use", {}, content_type="application/json")
    assert response.status_code == 201, response.content
    assert "Mean error of power on the validation split" in client.get(response.json()["change_url"]).content.decode()


# -- with a scripted `lab`


def follow(monkeypatch: pytest.MonkeyPatch, lab: ScriptedLab) -> None:
    monkeypatch.setitem(vars(TRAINING), "execute", lambda context: run_training_job(context, lab))
    run_jobs()


def data_event(count: int, labels: tuple[str, ...] = LABELS) -> dict[str, Any]:
    names = [f"{labels[place % len(labels)]}/{place + 1:04d}.csv" for place in range(count)]
    counts = {split: dict.fromkeys(labels, 2) for split in ("train", "validation", "test")}
    return {
        "event": "data",
        "labels": list(labels),
        "recordings": names,
        "samples": counts,
        "digest": "sha256:1",
        "classes": {},
    }


def epoch_events(*epochs: int) -> list[dict[str, Any]]:
    rows = list(curve(max(epochs)))
    return [{"event": "epoch", "best_epoch": epoch, **rows[epoch - 1]} for epoch in epochs]


@pytest.mark.protects("recordings/training-without-consent")
def test_a_run_learns_only_from_samples_whose_consent_covers_training_now(
    trains: Client, user: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    still = Sample.objects.filter(label="still")
    begun(trains)
    consent = still.select_related("consent")[0].consent
    consent.pk, consent.for_training = None, False
    consent.save()
    still.update(consent=consent)
    names: list[str] = []

    class Reading(ScriptedLab):
        def __call__(self, request: dict[str, Any], shape: Any, **calls: Any) -> Any:
            with zipfile.ZipFile(f"{request['folder']}/{request['data']}") as archive:
                names.extend(archive.namelist())
            return super().__call__(request, shape, **calls)

    follow(monkeypatch, Reading([], LabRefused("enough", "data")))
    numbers = {int(name.rpartition("/")[2].partition(".")[0]) for name in names if name.endswith(".csv")}
    learned_samples = Sample.objects.exclude(label="still").exclude(split="test")
    assert numbers == set(learned_samples.values_list("number", flat=True)) != set()


@pytest.mark.protects("recordings/test-split")
def test_no_process_that_trains_gets_a_test_sample(
    trains: Client, user: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The archive of the process has none, so no figure, no epoch and no threshold can come from one."""
    begun(trains)
    names: list[str] = []

    class Reading(ScriptedLab):
        def __call__(self, request: dict[str, Any], shape: Any, **calls: Any) -> Any:
            with zipfile.ZipFile(f"{request['folder']}/{request['data']}") as archive:
                names.extend(name for name in archive.namelist() if name.endswith(".csv"))
            return super().__call__(request, shape, **calls)

    follow(monkeypatch, Reading([], LabRefused("enough", "data")))
    numbers = {int(name.rpartition("/")[2].partition(".")[0]) for name in names if "metadata" not in name}
    tests = set(Sample.objects.filter(split="test").values_list("number", flat=True))
    assert tests
    assert numbers
    assert numbers.isdisjoint(tests)


@pytest.mark.slow
def test_what_lab_refuses_is_said_with_its_reason(trains: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(trains)
    message = "All recordings are of the label circle. Add recordings of something else, in a folder of their own."
    follow(monkeypatch, ScriptedLab([data_event(3), *epoch_events(1)], LabRefused(message, "data")))
    run = read(trains)
    assert (run["state"], run["reason"], run["error"]) == ("failed", "data", message)
    assert run["epochs"] == 1


@pytest.mark.protects("recordings/training-answers")
@pytest.mark.parametrize(
    "event",
    [
        {"event": "checkpoint", "epoch": 1, "file": "../../secrets"},
        {"event": "epoch", "best_epoch": 1, "epoch": "1", "loss": 1.0},
        pytest.param({"event": "resumed", "best_epoch": 2, "epoch": 1}, marks=pytest.mark.slow),
        pytest.param({"event": "unknown"}, marks=pytest.mark.slow),
        "text",
    ],
)
def test_a_malformed_event_ends_the_run(trains: Client, monkeypatch: pytest.MonkeyPatch, event: Any) -> None:
    begun(trains)
    follow(monkeypatch, ScriptedLab([data_event(3), event], LabRefused("never", "data")))
    run = read(trains)
    assert run["state"] == "failed"
    assert "training process" in run["error"]


@pytest.mark.slow
def test_a_paused_run_goes_on_from_its_checkpoint(trains: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(trains)
    checkpoint = {"event": "checkpoint", "epoch": 2, "file": "checkpoint-0"}
    lab = ScriptedLab(
        [data_event(3), *epoch_events(1, 2), checkpoint], {"paused": True}, {"run/checkpoint-0": b"weights"}
    )
    follow(monkeypatch, lab)
    assert (read(trains)["state"], read(trains)["epochs"]) == ("paused", 2)
    assert trains.post(f"{RUNS}/1/resume").status_code == 202
    checkpoints: list[bytes] = []

    class Resuming(ScriptedLab):
        def __call__(self, request: dict[str, Any], shape: Any, **calls: Any) -> Any:
            checkpoints.append(Path(request["folder"], "checkpoint").read_bytes())
            return super().__call__(request, shape, **calls)

    monkeypatch.setattr(following, "MOST_FLUSH_SECONDS", 0.0)  # all is stored before the run says from where it goes on
    event = {"event": "resumed", "epoch": 2, "best_epoch": 1}
    follow(monkeypatch, Resuming([data_event(3), event], LabRefused("enough", "diverged")))
    assert read(trains)["best_epoch"] == 1
    assert trains.post(f"{RUNS}/1/resume").status_code == 202
    lab = Resuming([data_event(3), event, *epoch_events(3)], LabRefused("enough", "diverged"))
    follow(monkeypatch, lab)
    assert checkpoints == [b"weights", b"weights"]
    run = read(trains)
    assert run["reason"] == "diverged"
    assert [row["epoch"] for row in run["curves"]] == [1, 2, 3]


@pytest.mark.slow
def test_the_first_point_of_the_curve_is_there_at_once_and_further_ones_together(
    trains: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(trains)
    lengths: list[int] = []

    class CurveLab(ScriptedLab):
        def __call__(self, request: dict[str, Any], shape: Any, **calls: Any) -> Any:
            def tick() -> None:
                calls["tick"]()
                lengths.append(len(read(trains)["curves"]))

            return super().__call__(request, shape, **{**calls, "tick": tick})

    monkeypatch.setattr(following, "FLUSH_SECONDS", 600.0)
    monkeypatch.setattr(following, "MOST_FLUSH_SECONDS", 600.0)
    follow(monkeypatch, CurveLab([data_event(3), *epoch_events(1, 2, 3, 4)], LabRefused("enough", "diverged")))
    assert lengths == [0, 0, 1, 1, 1]
    assert len(read(trains)["curves"]) == 4


@pytest.mark.slow
def test_a_run_that_begins_anew_has_the_curves_of_its_last_attempt(
    trains: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(trains)
    follow(monkeypatch, ScriptedLab([data_event(3), *epoch_events(1, 2)], LabRefused("enough", "diverged")))
    assert trains.post(f"{RUNS}/1/resume").status_code == 202
    follow(monkeypatch, ScriptedLab([data_event(3), *epoch_events(1)], LabRefused("enough", "diverged")))
    assert [row["epoch"] for row in read(trains)["curves"]] == [1]


def test_settings_out_of_range_are_refused_by_name(trains: Client) -> None:
    body = {"recipe": "motion", "arguments": {"epochs": 0, "nothing": 1}}
    answer = trains.post(RUNS, body, content_type="application/json")
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {"epochs", "nothing"}
    assert trains.post(RUNS, {"recipe": "none"}, content_type="application/json").status_code == 400


def test_a_project_without_a_version_of_its_data_says_what_to_do(client: Client, project: Project) -> None:
    answer = client.post(RUNS, {"recipe": "motion"}, content_type="application/json")
    assert (answer.status_code, answer.json()["title"]) == (409, "There is no version of the data")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sensor", "recipe"), [("ACCEL", "Motion and gestures"), ("IMAGE", "Picture classification"), ("SOUND", "Keywords")]
)
def test_the_form_begins_with_the_recipe_for_the_sensor_of_the_pipeline(
    client: Client, project: Project, sensor: str, recipe: str
) -> None:
    keep_contents(project.pk, {"nodes": [{"kind": "capability", "detail": f"{sensor} 1"}]}, ["Runefile.yml"])
    page = client.get("/acme/kitchen/training").content.decode()
    section = page[page.index("chosen-recipe") :]
    assert recipe in section[: section.index("</a>")]
    assert f"<p>{recipe}" in page
    assert "It needs " in page


@pytest.mark.slow
def test_minutes_of_training_are_a_quota(trains: Client, project: Project) -> None:
    Quota.objects.create(holder=project.organisation.stream, resource="training", limit=0)
    answer = trains.post(RUNS, {"recipe": "motion"}, content_type="application/json")
    assert answer.status_code == 429
    assert "trained for 0 minutes" in answer.json()["detail"]


@pytest.mark.slow
def test_a_finished_run_has_no_instruction_that_it_has_not_done(trains: Client) -> None:
    begun(trains)
    TrainingRun.objects.update(instruction="stop")
    Job.objects.update(state="succeeded")
    follow_job(Job.objects.get())
    assert (read(trains)["state"], read(trains)["instruction"]) == ("finished", "")


@pytest.mark.slow
@pytest.mark.parametrize("way", ["resume", "retry"])
def test_going_on_counts_like_another_run_that_waits(trains: Client, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    monkeypatch.setattr(actions, "MAX_UNFINISHED", 1)
    begun(trains)
    trains.post(f"{RUNS}/1/cancel")
    path = f"{RUNS}/1/resume" if way == "resume" else f"/api/v1/jobs/{Job.objects.get().pk}/retry"
    begun(trains)
    response = trains.post(path)
    assert (response.status_code, "1 runs wait or train already" in response.json()["detail"]) == (409, True)
    assert read(trains)["state"] == "cancelled"
    trains.post(f"{RUNS}/2/cancel")
    assert trains.post(path).status_code == 202
    assert read(trains)["state"] == "waiting"


def test_the_section_of_a_policy_is_replaced_and_all_else_stays() -> None:
    text = "# ours\nlimits: {size: 1 MB}\n\ntraining:\n  recipe: motion\n  data: x\n\n# tags\nprotected-tags: [v1]\n"
    changed = with_section(text, "training", "training:\n  recipe: keywords\n")
    assert changed == text.replace("  recipe: motion\n  data: x\n", "  recipe: keywords\n")
    assert with_section("a: 1", "data", "data: 2\n") == "a: 1\ndata: 2\n"
