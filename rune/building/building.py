"""The steps of a build, from a project's files to the packed rune."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence

import rune
from rune.anvil.compiler import CompilerLimits, compile_sources
from rune.anvil.errors import BadArgument, BadModel, MissingKernel, TooMuchMemory
from rune.anvil.lower import lower
from rune.anvil.plan import Plan, plan
from rune.anvil.program import Program
from rune.anvil.target import Made, Target
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.blocks.signature import HostText
from rune.building.errors import BuildFailed
from rune.building.models import ChosenModels, ProjectModels, choose
from rune.building.report import BuildResult, FileReport, Memory, Report, ResourceReport, Step
from rune.container import read_rune
from rune.files import FileError, ProjectFiles
from rune.runefile import Checked, Diagnostic, HostResources, Pipeline, Severity, Span, check
from rune.runefile.codes import Code
from rune.runefile.pipeline import BlockStage, ModelStage, Port
from rune.targets.wasm32 import TARGET as WASM32
from rune.toolchain import toolchain_digest
from rune.wording import counted, plain, quoted


def build(
    files: ProjectFiles,
    name: str,
    *,
    runefile: str | None = None,
    log: Callable[[Step], None] | None = None,
    limits: CompilerLimits | None = None,
    host_models: bool = False,
    host_resources: HostResources | None = None,
    watched: Sequence[Port] = (),
    timed: bool = False,
    target: Target = WASM32,
) -> BuildResult:
    """What a project called `name` becomes for a target. The same files, name and target give the same bytes.

    With `host_models` no model is compiled: the rune's host runs all of them. `host_resources` says which resources the
    host gives beside those that have no default, and how long they may be. What flows out of the ports of `watched` is
    sent to the host as well. A `timed` rune logs when each stage ends, by which its host can tell what each takes.
    Raises `BuildFailed` for what the project did wrong, `ValueError` for a port that is not there or a program that is
    watched or timed without a host, and `rune.anvil.errors.CompileError` where the compiler gave up.
    """
    if not target.makes_rune and (watched or timed):
        raise ValueError(f"{target.name} has no host that could watch or time what runs")
    steps: list[Step] = []

    def ended(step: str, text: str, start: float) -> None:
        steps.append(Step(step, text, round((time.perf_counter() - start) * 1000, 1)))
        if log is not None:
            log(steps[-1])

    start = time.perf_counter()
    models = ProjectModels(files)
    checked = check(
        files, PUBLISHED_BLOCKS, runefile=runefile, signatures=models.signature, host_resources=host_resources
    )
    ended("check", check_text(checked), start)
    if checked.pipeline is None:
        raise BuildFailed(checked.diagnostics)

    start = time.perf_counter()
    pipeline = checked.pipeline
    watched = tuple(dict.fromkeys(watched))
    try:
        chosen = choose(pipeline, models, host_models=host_models)
        carried = _carried(pipeline, models)
    except FileError as error:
        message = f"Unable to read {quoted(error.path)}: {plain(error.reason, 300)}"
        raise _failed(checked, Code.UNREADABLE_FILE, message, error.path) from error
    if not target.makes_rune:
        _require_no_host(pipeline, chosen, checked, target)
    program, plan = _planned(pipeline, chosen, checked, target, watched, timed=timed)
    sources = target.emit(program, plan, name)
    module = compile_sources(sources, target.toolchain, limits) if target.toolchain else b""
    memory = plan.arena_size + (plan.message_size if target.makes_rune else 0)
    packaged = target.packager(Made(name, pipeline, watched, tuple(carried), memory, sources, module))
    size = sum(map(len, packaged.values()))
    ended("compile", f"{size:,} bytes, {memory:,} bytes of memory", start)

    report = Report(
        toolchain=rune.__version__,
        toolchain_digest=toolchain_digest(),
        target=target.name,
        name=name,
        files=tuple(FileReport(path, len(data), _digest(data)) for path, data in sorted(packaged.items())),
        is_rune=target.makes_rune,
        memory=Memory(
            arena=plan.arena_size,
            serial=plan.message_size if target.makes_rune else 0,
            constants=plan.constant_size,
            pages=(read_rune(module).memory_pages or 0) if target.makes_rune else None,
        ),
        models=chosen.reports,
        resources=tuple(
            ResourceReport(resource.name, resource.capacity, resource.default is not None)
            for resource in program.resources
        ),
        steps=tuple(steps),
        pipeline=checked.outline,
    )
    return BuildResult(packaged, report, checked.diagnostics)


def _digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _require_no_host(pipeline: Pipeline, chosen: ChosenModels, checked: Checked, target: Target) -> None:
    """Raises `BuildFailed` that names every model and resource for which the target would need a host."""
    found = []
    for model in chosen.reports:
        if model.runs == "host":
            blamed = model.file or model.stage
            message = f"The target {target.name} has no host that could run the model {quoted(blamed)}"
            notes = [f"It needs {each}." for each in model.unsupported]
            found.append(_diagnostic(checked, Severity.ERROR, Code.TARGET_LACKS, message, blamed, notes))
    for stage in pipeline.stages:
        for value in stage.arguments.values() if isinstance(stage, BlockStage) else ():
            if isinstance(value, HostText):
                message = f"The target {target.name} has no host that could give the resource {quoted(value.resource)}"
                found.append(_diagnostic(checked, Severity.ERROR, Code.TARGET_LACKS, message, stage.name, ()))
    if found:
        # That the host runs a model is no warning any more where there is no host.
        others = (each for each in checked.diagnostics if each.code != Code.UNSUPPORTED_OPERATORS.value)
        raise BuildFailed((*others, *found))


def _planned(
    pipeline: Pipeline,
    chosen: ChosenModels,
    checked: Checked,
    target: Target,
    watched: Sequence[Port],
    *,
    timed: bool,
) -> tuple[Program, Plan]:
    """The program in its memory; what Anvil refuses becomes a diagnostic at the stage to blame."""
    try:
        program = lower(pipeline, chosen.compiled, target, chosen.hosted, watched=watched, timed=timed)
        return program, plan(program, target.limits)
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
    found = (stage.target.span for stage in checked.syntax.stages if stage.name.text in names)
    return next(found, checked.syntax.pipeline_span)


def _carried(pipeline: Pipeline, models: ProjectModels) -> list[tuple[str, bytes]]:
    """The resources with a default, for the rune's sections; models are in the rune already. Raises `FileError`."""
    of_models = {stage.resource for stage in pipeline.stages if isinstance(stage, ModelStage)}
    found = []
    for resource in pipeline.resources:
        if resource.name in of_models:
            continue
        if resource.inline is not None:
            found.append((resource.name, resource.inline.encode()))
        elif resource.path is not None:
            found.append((resource.name, models.data(resource.path)))
    return found


def check_text(checked: Checked) -> str:
    """What a check found, for a log."""
    errors = sum(each.severity is Severity.ERROR for each in checked.diagnostics)
    warnings = len(checked.diagnostics) - errors
    stages = counted(len(checked.outline.nodes), "stage")
    return f"{stages}, {counted(errors, 'error')}, {counted(warnings, 'warning')}"
