"""Agents run a build on one input: on what may be read, and in the process that computes."""

from __future__ import annotations

from functools import cache

import pytest

from forge.accounts.models import User
from forge.builds.models import Build
from forge.core.models import AuditEntry
from forge.datasets.consent_terms import DEFAULT_PURPOSES, Purpose
from forge.datasets.models import Sample
from forge.projects.models import Project
from rune.compiler.building.building import build as build_rune
from rune.compiler.building.options import BuildOptions
from rune.project.files import MemoryFiles
from rune.tools.mcp.declarations import ToolRefused
from tests.support.forge.agents import AgentAtWork, agent_of
from tests.support.forge.factories.builds import built, waiting
from tests.support.forge.factories.recordings import consent_of, sample_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

FOR_ASSISTANTS = frozenset({*DEFAULT_PURPOSES, Purpose.ASSISTANTS})
ROWS = "x,y,z\n1,2,3\n4,5,6\n"
PIPELINE = b"""\
version: 1
image: runicos/base
pipeline:
  motion:
    capability: ACCEL
    outputs: [{type: f32, dimensions: [2, 3]}]
  answer:
    out: SERIAL
    inputs: [motion]
"""


@cache
def motion_rune() -> bytes:
    """Returns a rune that sends what it reads: the worst that an agent could build."""
    return build_rune(MemoryFiles({"Runefile.yml": PIPELINE}), BuildOptions("motion", runefile="Runefile.yml")).rune


@pytest.fixture
def agent(project: Project, developer: User) -> AgentAtWork:
    return agent_of(developer, project)


@pytest.fixture
def build(project: Project, developer: User) -> Build:
    return built(developer, project, motion_rune())


def sample_with(owner: User, project: Project, *, is_for_assistants: bool) -> Sample:
    purposes = FOR_ASSISTANTS if is_for_assistants else DEFAULT_PURPOSES
    rows = ROWS if is_for_assistants else ROWS.replace("4", "7")
    return sample_of(consent_of(owner, project, purposes=purposes), owner, rows.encode())


def test_a_build_runs_on_generated_input_and_on_rows(agent: AgentAtWork, build: Build) -> None:
    results = agent.call("run_build", build=build.number)
    assert (results.runs, results.outputs[0].type, results.outputs[0].dimensions) == (1, "f32", [2, 3])
    assert build.artefact is not None
    assert results.memory_bytes == build.artefact.planned_memory
    (output,) = agent.call("run_build", build=build.number, values=ROWS).outputs
    assert (output.stage, output.elements) == ("answer", [1, 2, 3, 4, 5, 6])


@pytest.mark.protects("agents/samples")
def test_a_sample_is_run_with_the_consent_alone(
    agent: AgentAtWork, build: Build, owner: User, project: Project
) -> None:
    own = sample_with(owner, project, is_for_assistants=True)
    (output,) = agent.call("run_build", build=build.number, sample=own.number).outputs
    assert output.elements == [1, 2, 3, 4, 5, 6]
    other = sample_with(owner, project, is_for_assistants=False)
    with pytest.raises(ToolRefused) as refusal:
        agent.call("run_build", build=build.number, sample=other.number)
    assert refusal.value.name == "not-for-assistants"
    assert AuditEntry.objects.get(action="agent.refused").data["tool"] == "run_build"


def test_what_does_not_run_is_refused_with_the_reason(
    agent: AgentAtWork, build: Build, developer: User, project: Project
) -> None:
    for arguments, name in (
        ({"build": build.number, "values": "no,numbers\nx,y\n"}, "unprocessable"),
        ({"build": build.number, "values": ROWS, "sample": 1}, "invalid"),
        ({"build": waiting(developer, project).number}, "no-rune"),
    ):
        with pytest.raises(ToolRefused) as refusal:
            agent.call("run_build", **arguments)
        assert refusal.value.name == name, refusal.value.detail
