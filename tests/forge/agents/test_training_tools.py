"""The tools of agents that train, search, take a model into a draft, and cancel what the agent began."""

from __future__ import annotations

from typing import Any

import pytest

from forge.accounts.models import User
from forge.accounts.permissions import OF_AGENT, Verb
from forge.agents.mcp.tools.training import thinned
from forge.agents.models import AgentStep
from forge.core.models import AuditEntry
from forge.jobs.models import JobState
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.searches.models import ModelSearch
from forge.learning.training.models import TrainingRun
from forge.projects.files.contents import find_file, list_files
from forge.projects.models import Draft, Project
from rune.tools.mcp.declarations import ToolRefused
from tests.support.forge.agents import AgentAtWork, agent_of
from tests.support.forge.factories.searches import finished_search, motion_search
from tests.support.forge.factories.training import SMALL, finish_run, finished_run, motion_run, motion_version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nobody_wakes")]


@pytest.fixture
def nobody_wakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs run when a test says so."""
    monkeypatch.setattr("forge.learning.lab_jobs.queue.notify_workers", lambda capability: None)
    monkeypatch.setattr("forge.jobs.actions.notify_workers", lambda capability: None)


@pytest.fixture
def agent(project: Project, developer: User) -> AgentAtWork:
    motion_version(developer, project)
    return agent_of(developer, project)


def begun(agent: AgentAtWork) -> TrainingRun:
    """A run that the agent began."""
    number = agent.call("train", recipe="motion", arguments=SMALL).run
    return TrainingRun.objects.select_related("project__organisation", "job").get(number=number)


def refusal_of(agent: AgentAtWork, tool: str, **arguments: Any) -> ToolRefused:
    with pytest.raises(ToolRefused) as refusal:
        agent.call(tool, **arguments)
    return refusal.value


def test_a_run_is_begun_by_the_agent_for_its_person_and_read(agent: AgentAtWork, developer: User) -> None:
    run = begun(agent)
    assert (run.person, run.state) == (developer, LabJobState.WAITING)
    assert AgentStep.objects.get().began == "run:1"
    entry = AuditEntry.objects.get(action="training.begin")
    assert (entry.principal_kind, entry.principal_id) == ("agent", str(agent.grant.pk))
    answer = agent.call("read_run", run=1)
    assert (answer.state, answer.accuracy, answer.next) == ("waiting", None, "Read the run again, with `wait_seconds`.")
    assert answer.page.endswith("/training/1")


def test_a_finished_run_is_answered_with_its_range_its_mistakes_by_number_and_its_needs(
    agent: AgentAtWork, developer: User
) -> None:
    finished_run(developer, agent.project)
    answer = agent.call("read_run", run=1)
    assert (answer.state, answer.accuracy.right, answer.accuracy.samples) == ("finished", 1, 2)
    assert answer.accuracy.low < answer.accuracy.share < answer.accuracy.high
    assert [each.epoch for each in answer.curve] == [1, 2, 3, 4]
    assert [each.sample for each in answer.mistakes] == [2]
    boards = {each.board: (each.verdict, each.ram_bytes, each.flash_bytes) for each in answer.boards}
    assert boards["raspberry-pi-pico"] == ("fits", 900, 9000)
    assert ("unknown", None, None) in boards.values()
    assert "use_model" in answer.next
    assert "person 0" not in answer.model_dump_json()


def test_an_error_of_the_recipe_names_what_is_wrong(agent: AgentAtWork) -> None:
    error = refusal_of(agent, "train", recipe="motion", arguments={"epochs": -1})
    assert error.name == "invalid"
    assert "epochs" in error.facts["errors"]
    assert not TrainingRun.objects.exists()


def test_an_agent_without_the_scope_trains_nothing(project: Project, developer: User) -> None:
    motion_version(developer, project)
    agent = agent_of(developer, project, scopes=["project:read", "build:run"])
    assert refusal_of(agent, "train", recipe="motion", arguments=SMALL).name == "forbidden"
    assert refusal_of(agent, "search", recipe="motion", arguments=SMALL).name == "forbidden"
    assert Verb.TRAIN in OF_AGENT
    assert not TrainingRun.objects.exists()
    assert not ModelSearch.objects.exists()


@pytest.mark.protects("agents/work-of-people")
def test_it_cancels_its_own_work_and_never_that_of_a_person_or_of_another_agent(
    agent: AgentAtWork, developer: User, owner: User
) -> None:
    own = begun(agent)
    other = begun(agent_of(owner, agent.project))
    by_person = motion_run(developer, agent.project)
    searched = motion_search(developer, agent.project)
    for kind, number in (("run", other.number), ("run", by_person.number), ("search", searched.number)):
        assert refusal_of(agent, "cancel", kind=kind, number=number).name == "not-its-own"
    assert set(TrainingRun.objects.values_list("job__state", flat=True)) == {JobState.QUEUED}
    answer = agent.call("cancel", kind="run", number=own.number)
    assert (answer.kind, answer.number) == ("run", own.number)
    own.refresh_from_db()
    assert own.job is not None
    assert own.job.state == JobState.CANCELLED
    assert refusal_of(agent, "cancel", kind="run", number=own.number).name == "run-not-training"


def test_a_search_and_a_build_of_its_own_are_cancelled(agent: AgentAtWork) -> None:
    search = agent.call("search", recipe="motion", arguments=SMALL, trials=2).search
    draft = agent.call("start_draft", title="Louder").draft
    build = agent.call("build_draft", draft=draft).build
    assert refusal_of(agent, "cancel", kind="build", number=build + 1).name == "not-its-own"
    agent.call("cancel", kind="search", number=search)
    agent.call("cancel", kind="build", number=build)
    assert not ModelSearch.objects.get().jobs.filter(state=JobState.QUEUED).exists()
    assert agent.call("read_build", build=build).state == "cancelled"


def test_the_model_of_a_run_comes_into_the_draft_and_not_into_the_project(agent: AgentAtWork, developer: User) -> None:
    run = begun(agent)
    draft = agent.call("start_draft", title="Trained").draft
    assert refusal_of(agent, "use_model", draft=draft, run=run.number).name == "run-not-finished"
    finish_run(run)
    answer = agent.call("use_model", draft=draft, run=run.number)
    assert {"model.tflite", "model.provenance.json", "Runefile.yml", "forge.yml"} <= {
        each.path for each in answer.changed
    }
    files = Draft.objects.get(number=draft).files
    assert "recipe: motion" in (find_file(files, "forge.yml").text or "")
    paths = {each.path for each in list_files(files)}
    assert "script/train.py" not in paths
    assert "model.tflite" not in {each.path for each in list_files(agent.project)}


def test_the_model_of_a_trial_comes_into_the_draft(agent: AgentAtWork, developer: User) -> None:
    search = finished_search(developer, agent.project)
    answer = agent.call("read_search", search=search.number)
    assert answer.best
    trial = answer.best[0]
    assert trial.low < trial.accuracy < trial.high
    draft = agent.call("start_draft", title="Searched").draft
    model = agent.call("use_model", draft=draft, search=search.number, trial=trial.trial)
    assert "model.tflite" in {each.path for each in model.changed}
    assert refusal_of(agent, "use_model", draft=draft, search=search.number).name == "invalid"


def test_recipes_are_listed_by_the_kind_of_samples(agent: AgentAtWork) -> None:
    rows = agent.call("find_recipes", kind="motion").recipes
    assert {each.kind for each in rows} == {"motion"}
    assert any(argument.name == "epochs" for each in rows for argument in each.arguments)


def test_long_curves_are_answered_in_short() -> None:
    curve: Any = [{"epoch": each} for each in range(1, 501)]
    epochs = [each["epoch"] for each in thinned(curve, 5)]
    assert (epochs[0], epochs[-1], len(epochs)) == (1, 500, 5)
    assert thinned(curve[:3], 5) == curve[:3]
