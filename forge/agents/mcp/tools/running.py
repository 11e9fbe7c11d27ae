"""Running a build on one input: a sample, rows of numbers, or generated input.

What a rune sends may be what it was given, so a sample is run only where an agent may read its values.
"""

from __future__ import annotations

from typing import Final

from pydantic import Field

from forge.agents.mcp.calls import AgentCall
from forge.agents.mcp.tools.evaluating import BuildNumber
from forge.agents.mcp.tools.reading import ProjectName
from forge.agents.mcp.tools.samples import require_for_assistants
from forge.agents.models import StepKind
from forge.builds.access import find_numbered
from forge.builds.runs.input_run import run_on_input
from forge.core.errors import Invalid
from forge.datasets.access import find_sample
from forge.datasets.models import Sample
from forge.datasets.playing import require_play
from rune.tools.mcp.declarations import ToolArguments, tool
from rune.tools.mcp.runs import RunResults, results_of

LONGEST_VALUES: Final = 16_000
"""Characters of rows of numbers."""


class RunProjectBuild(ToolArguments):
    """A build of a project, and its input: a sample by its number, rows of numbers, or neither for generated input."""

    project: str = ProjectName
    build: int = BuildNumber
    sample: int = Field(description="the number of a sample, as an evaluation names it", ge=0, default=0)
    values: str = Field(
        description="rows of numbers as CSV with a header, for a rune that reads motion or a table",
        max_length=LONGEST_VALUES,
        default="",
    )


@tool("run_build", "Run a build")
def run_build(call: AgentCall, arguments: RunProjectBuild) -> RunResults:
    """Runs a build, also of one of your drafts, on a sample by its number, on rows of numbers, or on generated input. A
    sample is run if the person who gave it agreed that outside assistants read it; otherwise that is refused as
    `not-for-assistants`, and `read_evaluation` has what the build answers on test samples."""
    project = call.find_project(arguments.project)
    build = find_numbered(call.actor, project, arguments.build)
    if arguments.sample and arguments.values:
        raise Invalid("A run has one input: a sample or values.")
    sample = _readable_sample(call, arguments) if arguments.sample else None
    run = run_on_input(call.actor, build, sample=sample, rows=arguments.values)
    what = f"sample {sample.number}" if sample else "values" if arguments.values else "generated input"
    call.did(StepKind.READ, f"ran build {arguments.build} on {what}")
    return results_of(run, build.artefact.planned_memory if build.artefact else None)


def _readable_sample(call: AgentCall, arguments: RunProjectBuild) -> Sample:
    """Returns a sample whose values the agent may read. Raises `NotForAssistants` and `PlayingRefused`."""
    sample = find_sample(call.actor, call.find_project(arguments.project), arguments.sample)
    require_for_assistants(sample)
    require_play(call.actor, sample)
    call.reads.append(f"sample:{sample.number}")
    return sample
