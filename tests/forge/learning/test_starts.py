"""Beginning with a model of Keras of the project: what the form offers, what a run keeps of it, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.core.blobs.links import links_of
from forge.learning.lab_jobs import queue as lab_queue
from forge.learning.lab_jobs.process import LabRefused
from forge.learning.training.actions.using import use_model
from forge.learning.training.models import TrainingRun
from forge.learning.training.running.job import TRAINING, run_training_job
from forge.projects.actions import delete_file, write_file
from forge.projects.models import Project, Version
from lab.training.settings import ENVIRONMENT
from rune.digests import digest_of
from tests.forge.learning.test_training import RUNS, begun, read, run_jobs
from tests.support.cases import each_case
from tests.support.forge.factories.training import SMALL_START, ScriptedLab, finish_run, motion_version
from tests.support.training.starts import write_start

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "models/words.keras"
DATA = b"PK\x03\x04 bytes at which nobody looks"
PAGE = "/acme/kitchen/training"
LINK = 'href="?recipe=motion&amp;start=models%2Fwords.keras#new-run"'


@pytest.fixture(autouse=True)
def _nobody_wakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs run when a test says so."""
    monkeypatch.setattr(lab_queue, "notify_workers", lambda capability: None)


@pytest.fixture
def starts(client: Client, project: Project, user: User) -> Client:
    """Somebody with such a file in the project, and a version of some data."""
    motion_version(user, project)
    write_file(user, project, PATH, DATA)
    return client


@pytest.mark.slow
def test_the_form_begins_with_nothing_and_offers_the_files(starts: Client) -> None:
    page = starts.get(PAGE).content.decode()
    assert LINK in page
    assert 'name="argument-learned-layers"' not in page
    assert 'name="start"' not in page
    assert 'name="argument-learning-rate" value="0.003"' in " ".join(page.split())
    assert 'aria-label="Begin with"' not in starts.get(f"{PAGE}?recipe=regression").content.decode()


@pytest.mark.slow
def test_a_chosen_file_brings_its_argument_and_smaller_steps(starts: Client) -> None:
    page = " ".join(starts.get(f"{PAGE}?recipe=motion&start={PATH}").content.decode().split())
    assert f'<input type="hidden" name="start" value="{PATH}">' in page
    assert 'name="argument-learned-layers" value="0"' in page
    assert 'name="argument-learning-rate" value="0.0003"' in page
    assert 'name="argument-prune"' not in page
    assert 'name="argument-filters"' not in page
    fields = {"recipe": "motion", "start": PATH, "argument-learned-layers": "1", "argument-learning-rate": "0.001"}
    assert starts.post(f"{PAGE}/begin", fields).status_code == 302
    run = TrainingRun.objects.get()
    assert (run.start_path, run.start_digest) == (PATH, digest_of(DATA))
    assert (run.arguments["learned-layers"], run.arguments["learning-rate"]) == (1, 0.001)
    again = " ".join(starts.get(f"{PAGE}?recipe=motion&from=1").content.decode().split())
    assert 'name="argument-learned-layers" value="1"' in again
    assert 'name="argument-learning-rate" value="0.001"' in again
    nothing = " ".join(starts.get(f"{PAGE}?recipe=motion&start=&from=1").content.decode().split())
    assert 'name="argument-learned-layers"' not in nothing
    assert 'name="argument-learning-rate" value="0.003"' in nothing
    assert 'name="argument-filters" value="16"' in nothing


def test_what_was_typed_stays_when_a_field_is_refused(starts: Client) -> None:
    fields = {"recipe": "motion", "start": PATH, "argument-learned-layers": "7", "argument-epochs": "0"}
    page = " ".join(starts.post(f"{PAGE}/begin", fields).content.decode().split())
    assert "Epochs, at most (epochs) must be" in page
    assert f'name="start" value="{PATH}"' in page
    assert 'name="argument-learned-layers" value="7"' in page


def test_a_project_without_such_a_file_is_told_how_to_begin_with_one(
    client: Client, project: Project, user: User
) -> None:
    motion_version(user, project)
    page = " ".join(client.get(PAGE).content.decode().split())
    assert "add a <code>.keras</code> or <code>.h5</code> file to the project" in page
    assert 'aria-label="Begin with"' not in page


@pytest.mark.slow
def test_forge_yml_names_the_file_of_the_form(starts: Client, project: Project, user: User) -> None:
    policy = "training:\n  recipe: motion\n  data: data\n  start: {}\n  arguments: {{learned-layers: 2}}\n"
    write_file(user, project, "forge.yml", policy.format(PATH).encode())
    page = " ".join(starts.get(PAGE).content.decode().split())
    assert f'name="start" value="{PATH}"' in page
    assert 'name="argument-learned-layers" value="2"' in page
    write_file(user, project, "forge.yml", policy.format("gone.h5").encode())
    page = " ".join(starts.get(PAGE).content.decode().split())
    assert 'The project does not have the file <span class="written">gone.h5</span>' in page
    assert 'name="start"' not in page


@pytest.mark.slow
def test_a_run_begins_with_the_file_as_it_was_and_the_child_refuses_it_by_name(
    starts: Client, project: Project, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = {**SMALL_START, "learned-layers": 2}
    assert begun(starts, arguments=arguments, start=PATH)["start"] == PATH
    run = TrainingRun.objects.get()
    assert run.arguments["learning-rate"] == 0.0003
    assert set(links_of(run).values_list("blob_id", flat=True)) == {digest_of(DATA)}
    write_file(user, project, PATH, b"others")
    contents: list[bytes] = []

    class Looking(ScriptedLab):
        def __call__(self, request: dict[str, Any], shape: Any, **calls: Any) -> Any:
            contents.append((Path(request["folder"]) / "start").read_bytes())
            return super().__call__(request, shape, **calls)

    lab = Looking([], LabRefused(f'"{PATH}" cannot be the start: it reads [40, 3].', "settings"))
    monkeypatch.setitem(vars(TRAINING), "execute", lambda context: run_training_job(context, lab))
    run_jobs()
    assert contents == [DATA]
    assert lab.requests[0]["start"] == PATH
    answer = read(starts)
    assert (answer["state"], answer["reason"]) == ("failed", "settings")
    assert answer["error"] == f'"{PATH}" cannot be the start: it reads [40, 3].'
    assert "cannot be the start: it reads [40, 3]." in starts.get(f"{PAGE}/1").content.decode()


@pytest.mark.slow
def test_the_page_of_a_run_names_the_file_and_what_became_of_it(starts: Client, project: Project, user: User) -> None:
    begun(starts, start=PATH, arguments=SMALL_START)
    page = starts.get(f"{PAGE}/1").content.decode()
    assert f'<dd class="written">{PATH}</dd>' in page
    assert "This file has changed" not in page
    assert "Counted at the end" in page
    run = finish_run(TrainingRun.objects.get())
    run.report |= {"accuracy_before": 0.4321}
    run.save()
    assert read(starts)["accuracy_before"] == 0.4321
    write_file(user, project, PATH, b"others")
    page = starts.get(f"{PAGE}/1").content.decode()
    assert "43.2 %" in page
    assert "This file has changed since the run began." in page
    assert starts.post(f"{PAGE}/1/again").status_code == 302
    again = TrainingRun.objects.get(number=2)
    assert (again.start_path, again.start_digest) == (PATH, digest_of(b"others"))
    assert again.arguments == run.arguments
    comparison = starts.get(f"{PAGE}/compare?run=1&run=2").content.decode()
    assert f"{PATH} ({digest_of(DATA)[7:15]})" in comparison
    assert f"{PATH} ({digest_of(b'others')[7:15]})" in comparison
    assert "Before it learned" in comparison
    delete_file(user, project, PATH)
    assert "The project does not have this file any more." in starts.get(f"{PAGE}/1").content.decode()
    response = starts.post(f"{RUNS}", {"recipe": "motion", "start": PATH}, content_type="application/json")
    assert response.status_code == 400
    changing = starts.get(f"{PAGE}?recipe=motion&from=1").content.decode()
    assert "The project does not have the file" in changing


@pytest.mark.slow
def test_a_model_is_offered_with_the_start_in_forge_yml(starts: Client, project: Project, user: User) -> None:
    begun(starts, start=PATH, arguments=SMALL_START)
    assert use_model(user, finish_run(TrainingRun.objects.get())).change_url
    version = Version.objects.filter(project=project).order_by("-number").first()
    assert version is not None
    policy = starts.get(f"/api/v1/projects/acme/kitchen/versions/{version.number}/files/forge.yml").content.decode()
    assert f'start: "{PATH}"' in policy
    assert "learned-layers: 0" in policy


@each_case(
    ("settings", "field", "message"),
    [
        ({"start": "nowhere.keras"}, "start", "The project has no file nowhere.keras, with which the run begins."),
        ({"start": "Runefile.yml"}, "start", "Runefile.yml is not a .keras or .h5 file."),
        ({"recipe": "regression", "arguments": {}}, "start", "The recipe regression begins with no model of a file."),
        ({"arguments": {"prune": 0.5}}, "prune", "keeps its network: prune would change nothing"),
        ({"arguments": {"filters": 4}}, "filters", "keeps its network: filters would change nothing"),
        ({"start": "", "arguments": {"learned-layers": 1}}, "learned-layers", "has no argument"),
        ({"start": "../secret.keras"}, None, "../secret.keras"),
    ],
)
def test_what_cannot_begin_is_refused_by_its_name(
    starts: Client, settings: dict[str, Any], field: str | None, message: str
) -> None:
    body = {"recipe": "motion", "start": PATH, "arguments": SMALL_START, **settings}
    answer = starts.post(RUNS, body, content_type="application/json")
    assert answer.status_code == 400
    assert message in answer.json()["detail"]
    assert field is None or field in answer.json()["errors"]
    assert not TrainingRun.objects.exists()


@pytest.mark.proof
@pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares")
def test_a_network_learns_on_and_is_counted_at_the_end(
    client: Client, project: Project, user: User, tmp_path: Path
) -> None:
    motion_version(user, project)
    for name, shape in (("fits", "(50, 3)"), ("other", "(40, 3)")):
        write_start(tmp_path / f"{name}.keras", classes=3, shape=shape)
        write_file(user, project, f"{name}.keras", (tmp_path / f"{name}.keras").read_bytes())
    begun(client, start="fits.keras", arguments={**SMALL_START, "epochs": 3, "learned-layers": 1})
    begun(client, start="other.keras", arguments=SMALL_START)
    run_jobs()
    run_jobs()
    run, other = read(client, 1), read(client, 2)
    assert (run["state"], run["error"]) == ("finished", "")
    assert 0 <= run["accuracy_before"] <= 1
    for target in ("cortex-m0plus", "rv32imc"):
        assert run["needs"][target]["instructions"] > 1000, run["notes"]
    assert "script/start.keras" in {each["path"] for each in run["files"]}
    assert other["state"] == "failed"
    assert "other.keras" in other["error"]
    assert "it reads [40, 3], and the features of this run are [50, 3" in other["error"]
