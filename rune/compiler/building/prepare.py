"""The part of a build that decides and writes no code: which models are compiled, graph, kernels and memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rune.compiler.anvil.errors import BadArgument, BadModel, MissingKernel, TooMuchMemory
from rune.compiler.anvil.graph import Graph
from rune.compiler.anvil.memory.plan import Plan, plan
from rune.compiler.anvil.passes.optimise import Optimised, optimise
from rune.compiler.anvil.profile import LITERT, Profile
from rune.compiler.anvil.program import Program
from rune.compiler.anvil.reading.pipeline import read_pipeline
from rune.compiler.anvil.reports.explain import explanation
from rune.compiler.anvil.selection.select import select
from rune.compiler.anvil.target import Target
from rune.compiler.blocks.signature import HostText
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.models import ChosenModels, ProjectModels, choose
from rune.compiler.building.options import BuildOptions
from rune.project.files import FileError
from rune.source.runefile import Checked, Diagnostic, Pipeline, Severity, Span
from rune.source.runefile.codes import Code
from rune.source.runefile.pipeline import BlockStage, ModelStage
from rune.wording import plain, quoted


@dataclass(frozen=True, eq=False)
class Prepared:
    """The decisions before code is written. `carried` are the resources with a default, for the rune's sections."""

    pipeline: Pipeline
    chosen: ChosenModels
    carried: tuple[tuple[str, bytes], ...]
    read: Graph
    optimised: Optimised
    program: Program
    plan: Plan

    @property
    def explanation(self) -> str:
        """The graph after each pass, the kernels and the memory, as text."""
        return explanation(self.read, self.optimised, self.program, self.plan)


def prepare(
    checked: Checked,
    models: ProjectModels,
    options: BuildOptions,
    *,
    between: Callable[[], None] = lambda: None,
) -> Prepared:
    """Prepares a checked project for the target of `options`. Calls `between` after each short step of the work, which
    may end it by an exception. Raises `BuildFailed`, `ValueError` for a watched port that does not exist, and what
    `between` raises.
    """
    target, profile = options.target, options.profile
    pipeline = checked.pipeline
    if pipeline is None:
        raise BuildFailed(checked.diagnostics)
    try:
        chosen = choose(pipeline, models, host_models=options.host_models, profile=profile)
        carried = _carried(pipeline, models)
    except FileError as error:
        message = f"Unable to read {quoted(error.path)}: {plain(error.reason, 300)}"
        raise _failed(checked, Code.UNREADABLE_FILE, message, error.path) from error
    if not target.makes_rune:
        _require_no_host(pipeline, chosen, checked, target)
    _require_profile(chosen, checked, profile)
    # A refusal of Anvil becomes a diagnostic at the stage to blame.
    try:
        read = read_pipeline(
            pipeline,
            chosen.compiled,
            chosen.hosted,
            watched_ports=options.watched,
            timed=options.timed,
            profile=profile,
        )
        optimised = optimise(read, target.passes, between)
        program = select(optimised.graph, target, between)
        return Prepared(
            pipeline, chosen, tuple(carried), read, optimised, program, plan(program, target.limits, between)
        )
    except BadModel as refusal:
        message = f"The model {quoted(refusal.file)} contradicts itself: {refusal.reason}"
        raise _failed(checked, Code.CONTRADICTORY_MODEL, message, refusal.file) from refusal
    except MissingKernel as refusal:
        message = f"The target {target.name} cannot be built for: {refusal}"
        raise _failed(checked, Code.TARGET_LACKS, message, refusal.file) from refusal
    except BadArgument as refusal:
        message = f"The proc-block {quoted(refusal.stage)}: {refusal.reason}"
        raise _failed(checked, Code.BAD_ARGUMENT, message, refusal.stage) from refusal
    except TooMuchMemory as refusal:
        raise _failed(checked, Code.TOO_MUCH_MEMORY, f"It cannot be built: {refusal}", None) from refusal


def _require_no_host(pipeline: Pipeline, chosen: ChosenModels, checked: Checked, target: Target) -> None:
    """Raises `BuildFailed` that names every model and resource for which the target would need a host."""
    diagnostics = []
    for model in chosen.reports:
        if model.runs == "host":
            blamed = model.file or model.stage
            message = f"The target {target.name} has no host that could run the model {quoted(blamed)}"
            notes = [f"It needs {each}." for each in model.unsupported]
            diagnostics.append(_diagnostic(checked, Severity.ERROR, Code.TARGET_LACKS, message, blamed, notes))
    for stage in pipeline.stages:
        for value in stage.arguments.values() if isinstance(stage, BlockStage) else ():
            if isinstance(value, HostText):
                message = f"The target {target.name} has no host that could give the resource {quoted(value.resource)}"
                diagnostics.append(_diagnostic(checked, Severity.ERROR, Code.TARGET_LACKS, message, stage.name, ()))
    if diagnostics:
        # That the host runs a model is no warning any more where there is no host.
        others = (each for each in checked.diagnostics if each.code != Code.UNSUPPORTED_OPERATORS.value)
        raise BuildFailed((*others, *diagnostics))


def _require_profile(chosen: ChosenModels, checked: Checked, profile: Profile) -> None:
    """Raises `BuildFailed` that names every model that would not give the profile's bits. A host runs models with
    kernels of its own, which are LiteRT's."""
    if profile is LITERT:
        return
    diagnostics = []
    for model in chosen.reports:
        if model.runs == "host":
            blamed = model.file or model.stage
            message = f"The model {quoted(blamed)} cannot match {profile.runtime}"
            notes = [f"It needs {each}." for each in model.unsupported]
            notes.append(f"Build it without --match {profile.option}, or replace these operators.")
            diagnostics.append(_diagnostic(checked, Severity.ERROR, Code.PROFILE_LACKS, message, blamed, notes))
    if diagnostics:
        others = (each for each in checked.diagnostics if each.code != Code.UNSUPPORTED_OPERATORS.value)
        raise BuildFailed((*others, *diagnostics))


def _failed(checked: Checked, code: Code, message: str, blamed: str | None) -> BuildFailed:
    return BuildFailed((*checked.diagnostics, _diagnostic(checked, Severity.ERROR, code, message, blamed, ())))


def _diagnostic(
    checked: Checked, severity: Severity, code: Code, message: str, blamed: str | None, notes: Iterable[str]
) -> Diagnostic:
    """A diagnostic at the stage called `blamed`, or at the first that runs the file of that path."""
    return Diagnostic(severity, code.value, message, checked.source.file, _span(checked, blamed), tuple(notes))


def _span(checked: Checked, blamed: str | None) -> Span:
    names = {blamed}
    for stage in checked.pipeline.stages if checked.pipeline else ():
        if isinstance(stage, ModelStage) and stage.file == blamed:
            names.add(stage.name)
    spans = (stage.target.span for stage in checked.syntax.stages if stage.name.text in names)
    return next(spans, checked.syntax.pipeline_span)


def _carried(pipeline: Pipeline, models: ProjectModels) -> list[tuple[str, bytes]]:
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
