"""The evaluation of a build on test samples, the differences between two builds, and the boards that a build fits.

A sample is named by its number alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from pydantic import Field

from forge.agents.mcp.calls import AgentCall
from forge.agents.mcp.pages import absolute
from forge.agents.mcp.tools.figures import (
    MOST_MISTAKES,
    BoardVerdict,
    RangedShare,
    SampleMistake,
    overlap,
    ranged,
    verdict_of_build,
)
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
from rune.assessment.evaluation.changes import EvaluationChange, evaluation_change, lost_tests
from rune.assessment.evaluation.evaluation import Evaluation, SampleOutcome
from rune.assessment.evaluation.wording import accuracy_sentence, lost_sentences, stream_sentence
from rune.tools.mcp.declarations import ToolAnswer, ToolArguments, tool
from rune.wording import counted

MOST_NUMBERS: Final = 100
"""Numbers of samples that one list has."""
MOST_BOARDS: Final = 12
"""Boards that one answer has, the best first."""
BuildNumber = Field(description="the number of the build", ge=1)


class ReadEvaluation(ToolArguments):
    """A build of a project."""

    project: str = ProjectName
    build: int = BuildNumber


class EvaluationAnswer(ToolAnswer):
    """A build on the test samples. `by_label` has the share of each label's samples that are right."""

    build: int
    sentence: str
    stream: str
    accuracy: RangedShare | None
    by_label: list[RangedShare]
    mistakes: list[SampleMistake]
    wrong: int
    boards: list[BoardVerdict]
    page: str


class CompareBuilds(ToolArguments):
    """Two builds of a project."""

    project: str = ProjectName
    before: int = Field(description="the number of the earlier build", ge=1)
    after: int = Field(description="the number of the later build", ge=1)


class FigureChange(ToolAnswer):
    """A figure of the later build beside that of the earlier one, in words. Less is better."""

    name: str
    before: str
    after: str
    change: str


class BuildsCompared(ToolAnswer):
    """The difference between two builds. `became_right` and `became_wrong` are numbers of test samples."""

    sentences: list[str]
    figures: list[FigureChange]
    accuracy_before: RangedShare | None
    accuracy_after: RangedShare | None
    verdict: str
    became_right: list[int]
    became_wrong: list[int]
    page: str


@tool("read_evaluation", "Read an evaluation")
def read_evaluation(call: AgentCall, arguments: ReadEvaluation) -> EvaluationAnswer:
    """Reads what a build makes of the test samples: accuracy with its range, by label, and the worst mistakes by the
    number of the sample. No recording is read. `boards` says which boards the build fits."""
    project = call.find_project(arguments.project)
    build = _find(call, arguments.project, arguments.build)
    evaluation = evaluation_of(build)
    call.did(StepKind.READ, f"read the evaluation of build {arguments.build}")
    wrong = _wrong(evaluation)
    return EvaluationAnswer(
        build=arguments.build,
        sentence=accuracy_sentence(evaluation) if evaluation else "The build ran on no test sample.",
        stream=(stream_sentence(evaluation) or "") if evaluation else "",
        accuracy=accuracy_of(evaluation),
        by_label=_by_label(evaluation),
        mistakes=_mistakes(wrong, _numbers(call, build, [each.name for each in wrong])),
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
        verdict=verdict(then, now, change),
        became_right=_listed(change.better if change else (), numbers),
        became_wrong=_listed(change.worse if change else (), numbers),
        page=absolute(f"{project.get_absolute_url()}/builds/{arguments.after}"),
    )


def accuracy_of(evaluation: Evaluation | None) -> RangedShare | None:
    """Returns the accuracy with its range; None without samples that have one answer."""
    if evaluation is None:
        return None
    return ranged("test", sum(label == answer for label, answer in evaluation.pairs), len(evaluation.pairs))


def verdict(then: Evaluation | None, now: Evaluation | None, change: EvaluationChange | None) -> str:
    """Returns what can be said of two accuracies, in sentences: what chance gives as often is no difference."""
    if then is None or now is None or change is None:
        return "One of these builds ran on no test sample, so their accuracies cannot be compared."
    if change.common == 0:
        return "No sample was run on both builds, so their accuracies cannot be compared."
    both = f"Of {counted(change.common, 'sample')} that both builds were run on, {len(change.better)} became right and"
    sentences = [f"{both} {len(change.worse)} became wrong."]
    if not change.is_significant:
        sentences.append("That is no better than chance.")
    before, after = accuracy_of(then), accuracy_of(now)
    if before and after:
        words = "overlap: the difference may be chance" if overlap(before, after) else "do not overlap"
        sentences.append(f"The ranges of both accuracies {words}.")
    return " ".join([*sentences, *lost_sentences(lost_tests(then, now))])


def _find(call: AgentCall, project: str, number: int) -> Build:
    return find_numbered(call.actor, call.find_project(project), number)


def _by_label(evaluation: Evaluation | None) -> list[RangedShare]:
    rows = evaluation.label_figures if evaluation else ()
    shares = (ranged(each.label, each.right, each.samples) for each in rows)
    return [each for each in shares if each is not None]


def _wrong(evaluation: Evaluation | None) -> list[SampleOutcome]:
    rows = evaluation.worst if evaluation else ()
    return [each for each in rows if not each.is_right][:MOST_MISTAKES]


def _numbers(call: AgentCall, build: Build, digests: Collection[str]) -> Mapping[str, int]:
    """Returns the numbers of the project's samples with these digests, which name them inside an evaluation. One that
    was deleted, or is of another project's data, has none."""
    return {digest: sample.number for digest, sample in samples_by_digest(call.actor, build.project, digests).items()}


def _mistakes(wrong: Sequence[SampleOutcome], numbers: Mapping[str, int]) -> list[SampleMistake]:
    return [
        SampleMistake(sample=numbers[each.name], label=each.label, answer=_answer(each))
        for each in wrong
        if each.name in numbers
    ]


def _answer(outcome: SampleOutcome) -> str:
    if outcome.is_marked:
        return f"{outcome.hits} of {outcome.events} events, {counted(outcome.false_alarms, 'false alarm')}"
    return "no answer" if outcome.answer is None else outcome.answer


def _listed(digests: Collection[str], numbers: Mapping[str, int]) -> list[int]:
    return sorted(numbers[each] for each in digests if each in numbers)[:MOST_NUMBERS]
