"""The evaluation of a build on test samples, the differences between two builds, and the boards that a build fits.

A sample is named by its number alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from pydantic import Field

from forge.agents.mcp.calls import AgentCall
from forge.agents.mcp.pages import absolute
from forge.agents.mcp.tools.figures import verdict_of_build
from forge.agents.mcp.tools.reading import ProjectName
from forge.agents.models import StepKind
from forge.builds.access import find_numbered
from forge.builds.artefacts.comparison_source import figures_of, side_of
from forge.builds.errors import NoRune
from forge.builds.evaluations.outcomes import evaluation_of
from forge.builds.models import Build
from forge.builds.pages.board_fits import board_fits
from forge.builds.pages.changes import change_sentences
from forge.comparison.changes import compare
from forge.comparison.figures import figure_rows
from forge.datasets.recordings.access import samples_by_digest
from rune.assessment.evaluation.changes import evaluation_change
from rune.assessment.evaluation.wording import accuracy_sentence, stream_sentence
from rune.tools.mcp.declarations import ToolArguments, tool
from rune.tools.mcp.evaluations import (
    BuildsCompared,
    EvaluationAnswer,
    FigureChange,
    accuracy_of,
    listed_numbers,
    shares_by_label,
    verdict_of_accuracies,
    worst_mistakes,
    worst_wrong,
)

MOST_NUMBERS: Final = 100
"""Numbers of samples that one list has."""
MOST_BOARDS: Final = 12
"""Boards that one answer has, the best first."""
BuildNumber = Field(description="the number of the build", ge=1)


class ReadEvaluation(ToolArguments):
    """A build of a project."""

    project: str = ProjectName
    build: int = BuildNumber


class CompareBuilds(ToolArguments):
    """Two builds of a project."""

    project: str = ProjectName
    before: int = Field(description="the number of the earlier build", ge=1)
    after: int = Field(description="the number of the later build", ge=1)


@tool("read_evaluation", "Read an evaluation")
def read_evaluation(call: AgentCall, arguments: ReadEvaluation) -> EvaluationAnswer:
    """Reads what a build makes of the test samples: accuracy with its range, by label, and the worst mistakes by the
    number of the sample. No recording is read. `boards` says which boards the build fits."""
    project = call.find_project(arguments.project)
    build = _find(call, arguments.project, arguments.build)
    evaluation = evaluation_of(build)
    wrong = worst_wrong(evaluation) if evaluation else []
    call.did(StepKind.READ, f"read the evaluation of build {arguments.build}")
    return EvaluationAnswer(
        build=arguments.build,
        sentence=accuracy_sentence(evaluation) if evaluation else "The build ran on no test sample.",
        stream=(stream_sentence(evaluation) or "") if evaluation else "",
        accuracy=accuracy_of(evaluation),
        by_label=shares_by_label(evaluation) if evaluation else [],
        mistakes=worst_mistakes(evaluation, _numbers(call, build, [each.name for each in wrong])) if evaluation else [],
        wrong=sum(not each.is_right for each in evaluation.outcomes) if evaluation else 0,
        boards=[verdict_of_build(each) for each in board_fits(build)[:MOST_BOARDS]],
        page=absolute(f"{project.get_absolute_url()}/builds/{arguments.build}"),
    )


@tool("compare_builds", "Compare builds")
def compare_builds(call: AgentCall, arguments: CompareBuilds) -> BuildsCompared:
    """Compares two builds of a project in words: their files, their figures, and which test samples became right or
    wrong. `verdict` says whether the difference in accuracy is more than chance gives."""
    project = call.find_project(arguments.project)
    before, after = (_find(call, arguments.project, each) for each in (arguments.before, arguments.after))
    if before.artefact is None or after.artefact is None:
        raise NoRune("One of these builds has no rune: it has not finished, or it failed.")
    then, now = evaluation_of(before), evaluation_of(after)
    change = evaluation_change(then, now) if then and now else None
    numbers = _numbers(call, after, [*change.better, *change.worse] if change else [])
    call.did(StepKind.READ, f"compared builds {arguments.before} and {arguments.after}")
    return BuildsCompared(
        sentences=list(
            change_sentences(compare(side_of(before), side_of(after)), figures_of(after), figures_of(before))
        ),
        figures=[
            FigureChange(name=each.name, before=each.before, after=each.now, change=each.change)
            for each in figure_rows(figures_of(after), figures_of(before))
        ],
        accuracy_before=accuracy_of(then),
        accuracy_after=accuracy_of(now),
        verdict=verdict_of_accuracies(then, now),
        became_right=listed_numbers(change.better if change else (), numbers)[:MOST_NUMBERS],
        became_wrong=listed_numbers(change.worse if change else (), numbers)[:MOST_NUMBERS],
        page=absolute(f"{project.get_absolute_url()}/builds/{arguments.after}"),
    )


def _find(call: AgentCall, project: str, number: int) -> Build:
    return find_numbered(call.actor, call.find_project(project), number)


def _numbers(call: AgentCall, build: Build, digests: Collection[str]) -> Mapping[str, int]:
    """Returns the numbers of the project's samples with these digests, which name them inside an evaluation. One that
    was deleted, or is of another project's data, has none."""
    return {digest: sample.number for digest, sample in samples_by_digest(call.actor, build.project, digests).items()}
