"""The part of a build that decides and writes no code: which models are compiled, graph, kernels and memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rune.blocks.signature import HostText
from rune.compiler.anvil.errors import BadArgument, BadModel, MissingKernel, TooMuchMemory
from rune.compiler.anvil.graph import Graph
from rune.compiler.anvil.memory.plan import Plan, plan
from rune.compiler.anvil.passes.optimise import Optimisation, optimise
from rune.compiler.anvil.program import Program
from rune.compiler.anvil.reading.pipeline import read_pipeline
from rune.compiler.anvil.reports.explain import explanation
from rune.compiler.anvil.selection.select import select
from rune.compiler.anvil.target import Target
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.models import ChosenModels, ProjectModels, choose
from rune.compiler.building.options import BuildOptions
from rune.model.profile import LITERT, Profile
from rune.project.files import FileError
from rune.source.runefile import CheckedRunefile, Diagnostic, Pipeline, Severity, Span
from rune.source.runefile.codes import Code
from rune.source.runefile.pipeline import BlockStage, ModelStage
from rune.wording import plain, quoted


@dataclass(frozen=True, eq=False)
class PreparedBuild:
    """The decisions before code is written. `default_resources` are the defaults of resources by name, for the
    sections of the rune."""

    pipeline: Pipeline
    chosen_models: ChosenModels
    default_resources: tuple[tuple[str, bytes], ...]
    graph: Graph
    optimisation: Optimisation
    program: Program
    plan: Plan

    @property
    def explanation(self) -> str:
        """The graph after each pass, the kernels and the memory, as text."""
        return explanation(self.graph, self.optimisation, self.program, self.plan)


def prepare(
    checked_runefile: CheckedRunefile,
    models: ProjectModels,
    options: BuildOptions,
    *,
    between: Callable[[], None] = lambda: None,
) -> PreparedBuild:
    """Prepares a checked project for the target of `options`. Calls `between` after each short step of the work, which
    may end it by an exception. Raises `BuildFailed`, `ValueError` for a watched port that does not exist, and what
    `between` raises.
    """
    target, profile = options.target, options.profile
    pipeline = checked_runefile.pipeline
    if pipeline is None:
        raise BuildFailed(checked_runefile.diagnostics)
    try:
        chosen_models = choose(pipeline, models, host_models=options.host_models, profile=profile)
        default_resources = _default_resources(pipeline, models)
    except FileError as error:
        message = f"Unable to read {quoted(error.path)}: {plain(error.reason, 300)}"
        raise _failure(checked_runefile, Code.UNREADABLE_FILE, message, error.path) from error
    if not target.makes_rune:
        _require_no_host(pipeline, chosen_models, checked_runefile, target)
    _require_profile(chosen_models, checked_runefile, profile)
    # A refusal of Anvil becomes a diagnostic at the stage to blame.
    try:
        graph = read_pipeline(
            pipeline,
            chosen_models.compiled_models,
            chosen_models.hosted_models,
            watched_ports=options.watched,
            timed=options.timed,
            profile=profile,
        )
        optimisation = optimise(graph, target.passes, between)
        program = select(optimisation.graph, target, between)
        return PreparedBuild(
            pipeline,
            chosen_models,
            tuple(default_resources),
            graph,
            optimisation,
            program,
            plan(program, target.limits, between),
        )
    except BadModel as refusal:
        message = f"The model {quoted(refusal.file)} contradicts itself: {refusal.reason}"
        raise _failure(checked_runefile, Code.CONTRADICTORY_MODEL, message, refusal.file) from refusal
    except MissingKernel as refusal:
        message = f"The target {target.name} cannot be built for: {refusal}"
        raise _failure(checked_runefile, Code.TARGET_LACKS, message, refusal.file) from refusal
    except BadArgument as refusal:
        message = f"The proc-block {quoted(refusal.stage)}: {refusal.reason}"
        raise _failure(checked_runefile, Code.BAD_ARGUMENT, message, refusal.stage) from refusal
    except TooMuchMemory as refusal:
        raise _failure(checked_runefile, Code.TOO_MUCH_MEMORY, f"It cannot be built: {refusal}", None) from refusal


def _require_no_host(
    pipeline: Pipeline, chosen_models: ChosenModels, checked_runefile: CheckedRunefile, target: Target
) -> None:
    """Raises `BuildFailed` that names every model and resource for which the target would need a host."""
    diagnostics = []
    for model in chosen_models.reports:
        if model.runs == "host":
            subject = model.file or model.stage
            message = f"The target {target.name} has no host that could run the model {quoted(subject)}"
            notes = [f"It needs {each}." for each in model.unsupported]
            diagnostics.append(
                _diagnostic(checked_runefile, Severity.ERROR, Code.TARGET_LACKS, message, subject, notes)
            )
    for stage in pipeline.stages:
        for value in stage.arguments.values() if isinstance(stage, BlockStage) else ():
            if isinstance(value, HostText):
                message = f"The target {target.name} has no host that could give the resource {quoted(value.resource)}"
                diagnostics.append(
                    _diagnostic(checked_runefile, Severity.ERROR, Code.TARGET_LACKS, message, stage.name, ())
                )
    if diagnostics:
        # That the host runs a model is no warning any more where there is no host.
        others = (each for each in checked_runefile.diagnostics if each.code != Code.UNSUPPORTED_OPERATORS.value)
        raise BuildFailed((*others, *diagnostics))


def _require_profile(chosen_models: ChosenModels, checked_runefile: CheckedRunefile, profile: Profile) -> None:
    """Raises `BuildFailed` that names every model that would not give the profile's bits. A host runs models with
    kernels of its own, which are LiteRT's."""
    if profile is LITERT:
        return
    diagnostics = []
    for model in chosen_models.reports:
        if model.runs == "host":
            subject = model.file or model.stage
            message = f"The model {quoted(subject)} cannot match {profile.runtime}"
            notes = [f"It needs {each}." for each in model.unsupported]
            notes.append(f"Build it without --match {profile.option}, or replace these operators.")
            diagnostics.append(
                _diagnostic(checked_runefile, Severity.ERROR, Code.PROFILE_LACKS, message, subject, notes)
            )
    if diagnostics:
        others = (each for each in checked_runefile.diagnostics if each.code != Code.UNSUPPORTED_OPERATORS.value)
        raise BuildFailed((*others, *diagnostics))


def _failure(checked_runefile: CheckedRunefile, code: Code, message: str, subject: str | None) -> BuildFailed:
    return BuildFailed(
        (*checked_runefile.diagnostics, _diagnostic(checked_runefile, Severity.ERROR, code, message, subject, ()))
    )


def _diagnostic(
    checked_runefile: CheckedRunefile,
    severity: Severity,
    code: Code,
    message: str,
    subject: str | None,
    notes: Iterable[str],
) -> Diagnostic:
    """A diagnostic at the stage called `subject`, or at the first that runs the file of that path."""
    return Diagnostic(
        severity, code.value, message, checked_runefile.source.file, _span(checked_runefile, subject), tuple(notes)
    )


def _span(checked_runefile: CheckedRunefile, subject: str | None) -> Span:
    names = {subject}
    for stage in checked_runefile.pipeline.stages if checked_runefile.pipeline else ():
        if isinstance(stage, ModelStage) and stage.file == subject:
            names.add(stage.name)
    spans = (stage.target.span for stage in checked_runefile.syntax.stages if stage.name.text in names)
    return next(spans, checked_runefile.syntax.pipeline_span)


def _default_resources(pipeline: Pipeline, models: ProjectModels) -> list[tuple[str, bytes]]:
    """The resources with a default, for the rune's sections; models are in the rune already. Raises `FileError`."""
    of_models = {stage.resource for stage in pipeline.stages if isinstance(stage, ModelStage)}
    resources = []
    for resource in pipeline.resources:
        if resource.name in of_models:
            continue
        if resource.inline is not None:
            resources.append((resource.name, resource.inline.encode()))
        elif resource.path is not None:
            resources.append((resource.name, models.data(resource.path)))
    return resources
