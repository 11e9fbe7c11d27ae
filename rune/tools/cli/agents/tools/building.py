"""Building a project: bytes, memory, the time of a run, and what targets need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pydantic import Field

from rune.aim import OPTIMIZATIONS
from rune.assessment.block_tests.running import run_block_tests
from rune.assessment.evaluation.evaluation import Evaluation
from rune.assessment.evaluation.policy_figures import with_evaluation
from rune.compiler.anvil.errors import CompileError
from rune.compiler.building.building import build
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.options import BuildOptions
from rune.compiler.building.report import BuildResult
from rune.compiler.building.spec import RUNE_TARGET
from rune.compiler.targets.lookup import UnknownTarget, find_target
from rune.devices.emulation.measuring import measured_or_planned, period_of
from rune.running.container import ContainerError, read_rune
from rune.running.runtime.errors import RuneError
from rune.running.runtime.measure import Measurement, measure
from rune.source.policy import Figure, MeasuredFigures, Policy, TargetFigures, check_policy, judge
from rune.source.policy.wording import judgement_sentence, limit_name
from rune.source.runefile import Diagnostic, Severity
from rune.source.runefile.pipeline_tests import pipeline_tests
from rune.tools.cli.agents.tools.reading import ProjectPlace
from rune.tools.cli.agents.workspace import FolderCall, FolderProject, SessionBuild, TargetNeeds
from rune.tools.cli.files.policy import preferred_package_aim, preferred_profile, preferred_variant
from rune.tools.mcp.builds import LONGEST_ERROR, Accuracy, BuildAnswer, JudgedLimit, NeedsState, PackageNeeds
from rune.tools.mcp.declarations import ToolArguments, ToolRefused, tool

MOST_TARGETS: Final = 4
"""Targets whose needs one call counts."""
BuildNumber = Field(description="the number of the build in this session", ge=1)


class BuildFolder(ToolArguments):
    """A project, and the targets whose needs are counted."""

    project: str = ProjectPlace
    targets: list[str] = Field(
        default=[],
        max_length=MOST_TARGETS,
        description="targets whose bytes and instructions are counted, as `find_boards` names them; it takes a while",
    )


class ReadSessionBuild(ToolArguments):
    """A build of this session."""

    project: str = ProjectPlace
    build: int = BuildNumber


class OpenRune(ToolArguments):
    """A rune of the folder."""

    project: str = ProjectPlace
    file: str = Field(description="the path of a .rune file of the project")


@tool("build_draft", "Build a project", changes=True)
def build_draft(call: FolderCall, arguments: BuildFolder) -> BuildAnswer:
    """Builds a project as it is now, and writes the rune beside its Runefile. The tests of its own blocks are run. The
    answer has bytes, memory, the median time of a run on this machine, and what each of `targets` needs."""
    project = call.workspace.project(arguments.project)
    targets = [_known_target(each) for each in arguments.targets]
    policy = _policy(project)
    call.report(0.1, f"Building {project.name}")
    try:
        result = _built(project, policy, RUNE_TARGET)
        _run_tests(project)
    except (BuildFailed, CompileError) as error:
        failure = SessionBuild(0, project.place, None, error=_reason(error))
        return answer_of(call.workspace.add_build(failure), policy)
    project.write(f"{project.name}.rune", result.rune)
    call.report(0.5, "Measuring the time of a run")
    time = _measured(result.rune)
    needs = []
    for place, target in enumerate(targets):
        call.report(0.6 + 0.4 * place / len(targets), f"Counting on {target}")
        needs.append(_needs_on(project, policy, target))
    session_build = SessionBuild(
        0, project.place, result.rune, memory=result.report.memory.planned, time=time, targets=tuple(needs)
    )
    return answer_of(call.workspace.add_build(session_build), policy)


@tool("read_build", "Read a build")
def read_build(call: FolderCall, arguments: ReadSessionBuild) -> BuildAnswer:
    """Reads a build of this session again, with the accuracy of its evaluation and the limits of the forge.yml."""
    project = call.workspace.project(arguments.project)
    return answer_of(call.workspace.build(arguments.build), _policy(project))


@tool("open_rune", "Open a rune")
def open_rune(call: FolderCall, arguments: OpenRune) -> BuildAnswer:
    """Opens a .rune file of a project as a build of this session, to run, evaluate or compare it."""
    project = call.workspace.project(arguments.project)
    data = project.own_files.read(arguments.file)
    try:
        memory = read_rune(data).planned_memory
    except ContainerError as error:
        raise ToolRefused("no-rune", f"{arguments.file}: {error}.") from error
    session_build = SessionBuild(0, project.place, data, memory=memory, time=_measured(data))
    return answer_of(call.workspace.add_build(session_build), _policy(project))


def answer_of(build_: SessionBuild, policy: Policy) -> BuildAnswer:
    """Returns what is known of a build by now."""
    return BuildAnswer(
        build=build_.number,
        state="failed" if build_.rune is None else "succeeded",
        error=(build_.error or "")[:LONGEST_ERROR] or None,
        rune_bytes=None if build_.rune is None else len(build_.rune),
        memory_bytes=build_.memory,
        milliseconds=None if build_.time is None else round(build_.time.milliseconds, 4),
        accuracy=_accuracy(build_.evaluation, build_.learned_note),
        packages=[_package(each) for each in build_.targets],
        limits=[] if build_.rune is None else _limits(build_, policy),
        page="",
    )


def _limits(build_: SessionBuild, policy: Policy) -> list[JudgedLimit]:
    figures = MeasuredFigures(len(build_.rune or b""), build_.memory or 0, targets=_target_figures(build_.targets))
    if build_.time is not None:
        time = build_.time
        figures = replace(figures, time=Figure(time.milliseconds, time.low, time.high, time.runs))
    if build_.evaluation is not None and not build_.learned_note:
        figures = with_evaluation(figures, build_.evaluation)
    return [
        JudgedLimit(sentence=f"{limit_name(each.limit)}: {judgement_sentence(each)}", outcome=each.outcome.value)
        for each in judge(policy, figures)
    ]


def _target_figures(targets: Sequence[TargetNeeds]) -> dict[str, TargetFigures]:
    return {
        each.target: TargetFigures(each.needs.flash, each.needs.ram, each.needs.instructions, each.reason or "")
        for each in targets
        if each.needs is not None
    }


def _package(each: TargetNeeds) -> PackageNeeds:
    needs = each.needs
    state = NeedsState.MEASURED if needs is not None and needs.is_measured else NeedsState.PLANNED
    return PackageNeeds(
        target=each.target,
        state=NeedsState.FAILED if needs is None else state,
        reason=each.reason or "",
        flash_bytes=None if needs is None else needs.flash,
        ram_bytes=None if needs is None else needs.ram,
        instructions=None if needs is None else needs.instructions,
    )


def _accuracy(evaluation: Evaluation | None, note: str) -> Accuracy | None:
    if evaluation is None:
        return None
    share = evaluation.accuracy
    return Accuracy(
        samples=len(evaluation.pairs),
        right=sum(label == answer for label, answer in evaluation.pairs),
        accuracy=None if share is None else share.value,
        low=None if share is None else share.low,
        high=None if share is None else share.high,
        reason=note or None,
    )


def _policy(project: FolderProject) -> Policy:
    """Returns the policy of the forge.yml, an empty one without the file. Raises `ToolRefused` where it has errors."""
    checked_policy = check_policy(project.files)
    if checked_policy.has_errors:
        raise ToolRefused("build-failed", _sentences(checked_policy.diagnostics))
    return checked_policy.policy or Policy()


def _built(project: FolderProject, policy: Policy, target: str) -> BuildResult:
    """Builds for a target. Raises `BuildFailed` and `CompileError`."""
    options = BuildOptions(
        project.name,
        runefile=project.runefile,
        target=preferred_variant(find_target(target), policy),
        profile=preferred_profile(None, policy),
    )
    return build(project.files, options)


def _run_tests(project: FolderProject) -> None:
    """Runs the tests of the project's own blocks. Raises `BuildFailed` and `CompileError`."""
    test_files = pipeline_tests(project.files, project.runefile)
    if test_files and (problems := run_block_tests(project.files, only=test_files).problems):
        raise BuildFailed(problems)


def _needs_on(project: FolderProject, policy: Policy, target: str) -> TargetNeeds:
    try:
        result = _built(project, policy, target)
    except (BuildFailed, CompileError) as error:
        return TargetNeeds(target, None, None, _reason(error))
    optimization = OPTIMIZATIONS[preferred_package_aim(policy)]
    needs, reason = measured_or_planned(result, project.name, optimization=optimization)
    return TargetNeeds(target, needs, period_of(result.program.capabilities), reason)


def _known_target(name: str) -> str:
    try:
        target = find_target(name)
    except UnknownTarget as error:
        raise ToolRefused("not-found", f"{error}.") from error
    if target.makes_rune:
        raise ToolRefused("invalid", f"{name} makes a rune, which is built in any case. Name targets of packages.")
    return name


def _measured(data: bytes) -> Measurement | None:
    """Returns the time of a run on generated input; None for a rune that does not run on it."""
    try:
        return measure(data, seconds=1.0)
    except RuneError:
        return None


def _reason(error: BuildFailed | CompileError) -> str:
    return _sentences(error.diagnostics) if isinstance(error, BuildFailed) else str(error)


def _sentences(diagnostics: Sequence[Diagnostic]) -> str:
    errors = [each for each in diagnostics if each.severity is Severity.ERROR]
    return "\n".join(f"{each.file}, line {each.span.start.line}: {each.code}: {each.message}" for each in errors)
