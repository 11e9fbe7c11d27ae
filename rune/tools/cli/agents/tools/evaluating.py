"""Evaluating a build on labelled samples of the folder, and comparing two builds in words.

A sample is named by its number alone: its place in the list of all samples by name, from 1.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from pydantic import Field

from rune.assessment.evaluation.changes import evaluation_change
from rune.assessment.evaluation.evaluating import EvaluationEffort, evaluate
from rune.assessment.evaluation.imported_rows import as_imported
from rune.assessment.evaluation.labelled import EvaluationSplit, LabelledSample
from rune.assessment.evaluation.reading import ZipFiles, samples_in_table, samples_of
from rune.assessment.evaluation.wording import accuracy_sentence, stream_sentence
from rune.assessment.verify.runes.section_differences import graph_differences, resource_differences
from rune.datasets.splits import SPLITS_SUFFIX
from rune.devices.boards.lookup import boards
from rune.project.files import FileError
from rune.running.container import read_rune
from rune.source.policy import check_policy
from rune.tools.cli.agents.guarded_files import GuardedFiles
from rune.tools.cli.agents.tools.building import BuildNumber
from rune.tools.cli.agents.tools.reading import ProjectPlace
from rune.tools.cli.agents.workspace import FolderCall, FolderProject, SessionBuild, Workspace
from rune.tools.cli.assessment.labelled_samples import LEARNED_NOTE, divided, has_learned_from
from rune.tools.mcp.declarations import ToolArguments, ToolRefused, tool
from rune.tools.mcp.evaluations import (
    BoardVerdict,
    BuildsCompared,
    EvaluationAnswer,
    FigureChange,
    accuracy_of,
    listed_numbers,
    shares_by_label,
    verdict_of_accuracies,
    verdict_on_board,
    worst_mistakes,
)
from rune.wording import counted, size_text

MOST_SECONDS: Final = 3600.0
"""Seconds of one evaluation."""
SamplesPlace = Field(
    description="samples below the folder that you work in: a folder or zip with a folder for each label, or a CSV "
    "with the columns file and label"
)


class EvaluateBuild(ToolArguments):
    """A build of this session, and labelled samples."""

    project: str = ProjectPlace
    build: int = BuildNumber
    samples: str = SamplesPlace
    split: str = Field(description="`test`, `train`, `holdout`, or `all`", default=EvaluationSplit.TEST.value)
    seconds: float = Field(description="the most time that it takes", default=600.0, gt=0, le=MOST_SECONDS)


class ReadSessionEvaluation(ToolArguments):
    """A build of this session that was evaluated."""

    project: str = ProjectPlace
    build: int = BuildNumber


class CompareSessionBuilds(ToolArguments):
    """Two builds of this session."""

    project: str = ProjectPlace
    before: int = Field(description="the number of the earlier build", ge=1)
    after: int = Field(description="the number of the later build", ge=1)


@tool("evaluate_build", "Evaluate a build", changes=True)
def evaluate_build(call: FolderCall, arguments: EvaluateBuild) -> EvaluationAnswer:
    """Runs a build on labelled samples: accuracy with its 95 % range, by label, and the worst mistakes by the number of
    the sample. Labels are data that people wrote. A sample without a split is one for testing."""
    project = call.workspace.project(arguments.project)
    build, rune = call.workspace.rune_of(arguments.build)
    with open_samples(call.workspace, arguments.samples) as all_samples:
        every = _divided(call.workspace, project, arguments.samples, all_samples)
        samples = [each for each in every if arguments.split in ("all", each.split.value)]
        if not samples:
            others = counted(len(every), "other sample")
            message = f"{arguments.samples} has no sample of the split {arguments.split}; it has {others}."
            raise ToolRefused("no-samples", message)

        def progress(count: int) -> None:
            call.report(count / len(samples), f"{count} of {counted(len(samples), 'sample')}")

        effort = EvaluationEffort(arguments.seconds)
        evaluation = evaluate(rune, as_imported(samples, _no_note), effort=effort, progress=progress)
        has_learned = has_learned_from(project.on_disk, call.workspace.folder(arguments.samples), every)
    evaluated_build = replace(
        build,
        evaluation=evaluation,
        sample_numbers=sample_numbers(all_samples),
        learned_note=LEARNED_NOTE if has_learned else "",
    )
    call.workspace.replace_build(evaluated_build)
    return _answer(evaluated_build)


@tool("read_evaluation", "Read an evaluation")
def read_evaluation(call: FolderCall, arguments: ReadSessionEvaluation) -> EvaluationAnswer:
    """Reads what a build made of the samples that it was evaluated on last. `boards` says which boards it fits, of
    those whose targets were counted when it was built."""
    return _answer(call.workspace.build(arguments.build))


@tool("compare_builds", "Compare builds")
def compare_builds(call: FolderCall, arguments: CompareSessionBuilds) -> BuildsCompared:
    """Compares two builds of this session in words: their pipelines, their figures, and which samples became right or
    wrong. `verdict` says whether the difference in accuracy is more than chance gives."""
    before, rune_before = call.workspace.rune_of(arguments.before)
    after, rune_after = call.workspace.rune_of(arguments.after)
    then, now = before.evaluation, after.evaluation
    change = evaluation_change(then, now) if then and now else None
    return BuildsCompared(
        sentences=list(_differences(rune_before, rune_after)),
        figures=list(_figures(before, after)),
        accuracy_before=accuracy_of(then),
        accuracy_after=accuracy_of(now),
        verdict=verdict_of_accuracies(then, now),
        became_right=listed_numbers(change.better if change else (), after.sample_numbers),
        became_wrong=listed_numbers(change.worse if change else (), after.sample_numbers),
        page="",
    )


@contextmanager
def open_samples(workspace: Workspace, name: str) -> Iterator[Sequence[LabelledSample]]:
    """Yields the samples of a folder, a table or a zip. Raises `ToolRefused`, `SamplesRefused` and `FileError`."""
    place = workspace.folder(name)
    if place.is_dir():
        yield samples_of(GuardedFiles(place))
        return
    beside = GuardedFiles(place.parent)
    data = beside.read(place.name)
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield samples_of(ZipFiles(archive))
    else:
        yield samples_in_table(beside, data)


def sample_numbers(samples: Sequence[LabelledSample]) -> dict[str, int]:
    """Returns the number of each sample by its name."""
    return {name: number for number, name in enumerate(sorted(each.name for each in samples), start=1)}


def _divided(
    workspace: Workspace, project: FolderProject, name: str, samples: Sequence[LabelledSample]
) -> Sequence[LabelledSample]:
    """Returns the samples with the splits that training gave them, where the file that has these may be read."""
    training = check_policy(project.files).training
    try:
        project.own_files.size(str(PurePosixPath(training.model).with_suffix(SPLITS_SUFFIX)) if training else "")
    except FileError:
        return samples
    return divided(project.on_disk, workspace.folder(name), samples)


def _answer(build: SessionBuild) -> EvaluationAnswer:
    evaluation = build.evaluation
    if evaluation is None:
        raise ToolRefused("no-evaluation", f"Build {build.number} was not evaluated. Call `evaluate_build` first.")
    note = f" {build.learned_note}." if build.learned_note else ""
    return EvaluationAnswer(
        build=build.number,
        sentence=f"{accuracy_sentence(evaluation)}{note}",
        stream=stream_sentence(evaluation) or "",
        accuracy=accuracy_of(evaluation),
        by_label=shares_by_label(evaluation),
        mistakes=worst_mistakes(evaluation, build.sample_numbers),
        wrong=sum(not each.is_right for each in evaluation.outcomes),
        boards=_boards(build),
        page="",
    )


def _boards(build: SessionBuild) -> list[BoardVerdict]:
    by_target = {each.target: each for each in build.targets}
    return [
        verdict_on_board(board, target.needs, target.period)
        for board in boards()
        if (target := by_target.get(board.target)) is not None and target.needs is not None
    ]


def _differences(before: bytes, after: bytes) -> Iterator[str]:
    """Yields what the later rune has otherwise, a sentence each."""
    if before == after:
        yield "Both runes have the same bytes."
        return
    then, now = read_rune(before), read_rune(after)
    for each in (*graph_differences(then.graph, now.graph), *resource_differences(then, now)):
        yield f"Of the later rune: {each}."


def _figures(before: SessionBuild, after: SessionBuild) -> Iterator[FigureChange]:
    yield _bytes("rune", len(before.rune or b""), len(after.rune or b""))
    if before.memory is not None and after.memory is not None:
        yield _bytes("memory", before.memory, after.memory)
    if before.time is not None and after.time is not None:
        yield _figure("time of a run", before.time.milliseconds, after.time.milliseconds, "{:.3g} ms")
    then = {each.target: each.needs for each in before.targets}
    for each in after.targets:
        was, needs = then.get(each.target), each.needs
        if was is None or needs is None:
            continue
        yield _bytes(f"flash on {each.target}", was.flash, needs.flash)
        yield _bytes(f"RAM on {each.target}", was.ram, needs.ram)
        if was.instructions is not None and needs.instructions is not None:
            yield _figure(f"instructions on {each.target}", was.instructions, needs.instructions, "{:,.0f}")


def _bytes(name: str, before: int, after: int) -> FigureChange:
    return FigureChange(
        name=name,
        before=size_text(before),
        after=size_text(after),
        change=_change(before, after, f"{after - before:+,} bytes"),
    )


def _figure(name: str, before: float, after: float, form: str) -> FigureChange:
    share = f"{(after - before) / before:+.1%}" if before else "new"
    return FigureChange(
        name=name, before=form.format(before), after=form.format(after), change=_change(before, after, share)
    )


def _change(before: float, after: float, text: str) -> str:
    return "the same" if before == after else text


def _no_note(_: str, __: str) -> None:
    """Takes a note about the rows of a sample, which an assistant has no use for."""
