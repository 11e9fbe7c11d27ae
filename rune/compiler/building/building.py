"""The steps of a build, from a project's files to the packed rune."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import rune
from rune.blocks.shared_path import parse_shared_path
from rune.compiler.anvil.compiling.allowance import Allowance, CompilerLimits
from rune.compiler.anvil.compiling.compiler import compile_modules
from rune.compiler.anvil.limit_checks import limits_checked_by
from rune.compiler.anvil.memory.map import MemoryMap
from rune.compiler.anvil.program import Program, calls
from rune.compiler.anvil.reports.chosen_kernels import chosen_kernels
from rune.compiler.anvil.sources import Sources
from rune.compiler.anvil.target import BuiltProgram, Target
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.models import ProjectModels
from rune.compiler.building.options import BuildOptions
from rune.compiler.building.prepare import PreparedBuild, prepare
from rune.compiler.building.report import (
    BlockReport,
    BuildReport,
    BuildResult,
    BuildStep,
    CountsReport,
    Memory,
    PassReport,
    ResourceReport,
    file_reports,
)
from rune.project.files import ProjectFiles
from rune.running.container import read_rune
from rune.source.runefile import CheckedRunefile, Diagnostic, Severity, check
from rune.source.runefile.blocks.lock import read_lock
from rune.source.runefile.syntax import StageKind
from rune.wording import counted


def build(
    files: ProjectFiles,
    options: BuildOptions,
    *,
    checked_runefile: CheckedRunefile | None = None,
    log: Callable[[BuildStep], None] | None = None,
    allowance: Allowance | None = None,
) -> BuildResult:
    """Builds a project for the target of `options`. `checked_runefile` is the result of `check` for the same files and
    options, if the caller has it. Calls `log` at the end of each step. An `allowance` from the caller limits a build
    that is part of something larger.

    Raises `BuildFailed` for errors of the project, `ValueError` for a watched port that does not exist or a watched or
    timed program without a host, and `rune.compiler.anvil.errors.CompileError` where the compiler fails or a limit is
    reached.
    """
    _require_host_for_observation(options)
    allowance = allowance or Allowance(options.limits or CompilerLimits())
    step_log = _StepLog(log)
    models = ProjectModels(files)
    if checked_runefile is None:
        with limits_checked_by(allowance.require):
            checked_runefile = _check(files, models, options)
    step_log.end("check", check_text(checked_runefile))
    programs = _programs(checked_runefile, models, options, allowance)
    prepared_build = programs[0][1]
    code = _code(options, programs, allowance)
    package_files = options.target.packager(
        BuiltProgram(
            options.name,
            prepared_build.pipeline,
            options.watched,
            prepared_build.default_resources,
            code.memory,
            *code.parts,
        )
    )
    allowance.require()
    size = sum(map(len, package_files.values()))
    step_log.end("compile", f"{size:,} bytes, {code.memory:,} bytes of memory")
    report = _report(files, checked_runefile, options, prepared_build, code, package_files, step_log.steps)
    return BuildResult(package_files, report, checked_runefile.diagnostics, prepared_build.program)


class _StepLog:
    """Times the steps of a build, one after the other, and passes each to the caller's log."""

    def __init__(self, log: Callable[[BuildStep], None] | None) -> None:
        self._log = log
        self._start = time.perf_counter()
        self.steps: list[BuildStep] = []

    def end(self, name: str, text: str) -> None:
        """Ends a step; the next one starts now."""
        step = BuildStep(name, text, round((time.perf_counter() - self._start) * 1000, 1))
        self.steps.append(step)
        if self._log is not None:
            self._log(step)
        self._start = time.perf_counter()


@dataclass(frozen=True)
class _Code:
    """The sources of a program and its modules, empty where the target ships its sources. `memory` is what the larger
    of both programs plans, in bytes."""

    memory: int
    sources: Sources
    module: bytes
    second_module: bytes

    @property
    def parts(self) -> tuple[Sources, bytes, bytes]:
        return self.sources, self.module, self.second_module


def _require_host_for_observation(options: BuildOptions) -> None:
    if not options.target.makes_rune and (options.watched or options.timed):
        raise ValueError(f"{options.target.name} has no host that could watch or time what runs")


def _prepare(
    checked_runefile: CheckedRunefile, models: ProjectModels, options: BuildOptions, allowance: Allowance
) -> PreparedBuild:
    with limits_checked_by(allowance.require):
        return prepare(checked_runefile, models, options, between=allowance.require)


def diagnostics_of_build(
    checked_runefile: CheckedRunefile, models: ProjectModels, options: BuildOptions
) -> tuple[Diagnostic, ...]:
    """Returns what `build` would report of a checked project, without compiling code: the diagnostics of the check, and
    the refusal of a step behind it. Raises `rune.compiler.anvil.errors.CompileError` where a limit is reached."""
    if checked_runefile.pipeline is None:
        return checked_runefile.diagnostics
    try:
        _programs(checked_runefile, models, options, Allowance(options.limits or CompilerLimits()))
    except BuildFailed as failure:
        return failure.diagnostics
    return checked_runefile.diagnostics


def _programs(
    checked_runefile: CheckedRunefile, models: ProjectModels, options: BuildOptions, allowance: Allowance
) -> Sequence[tuple[Target, PreparedBuild]]:
    """The program of the target, and that of its second module where it has one and uses its kernels. Raises
    `BuildFailed`."""
    first = _prepare(checked_runefile, models, options, allowance)
    second = _second(checked_runefile, models, options, allowance)
    return [(options.target, first), *([] if second is None else [second])]


def _code(options: BuildOptions, programs: Sequence[tuple[Target, PreparedBuild]], allowance: Allowance) -> _Code:
    """The code of the programs: that of the target, and of its second module where there is one."""
    target = options.target
    sources = [
        each.emit(prepared_build.program, prepared_build.plan, options.name) for each, prepared_build in programs
    ]
    toolchains = [each.toolchain for each, _ in programs]
    pairs = [(each, toolchain) for each, toolchain in zip(sources, toolchains, strict=True) if toolchain is not None]
    # A target without a toolchain ships its sources as they are.
    module, second_module, *_ = *compile_modules(pairs, allowance), b"", b""
    memory = max(each.plan.arena_size + (each.plan.message_size if target.makes_rune else 0) for _, each in programs)
    return _Code(memory, sources[0], module, second_module)


def _second(
    checked_runefile: CheckedRunefile, models: ProjectModels, options: BuildOptions, allowance: Allowance
) -> tuple[Target, PreparedBuild] | None:
    """The target and the program of the second module; None if the target has none or would use none of its kernels."""
    target = options.target.second
    if target is None:
        return None
    prepared_build = _prepare(checked_runefile, models, replace(options, target=target), allowance)
    return (target, prepared_build) if _has_kernels_of(target, prepared_build.program) else None


def _report(
    files: ProjectFiles,
    checked_runefile: CheckedRunefile,
    options: BuildOptions,
    prepared_build: PreparedBuild,
    code: _Code,
    package_files: Mapping[str, bytes],
    steps: Sequence[BuildStep],
) -> BuildReport:
    target, program, plan = options.target, prepared_build.program, prepared_build.plan
    return BuildReport(
        toolchain=rune.__version__,
        profile=options.profile,
        target=target.name,
        optimized_for=target.optimized_for,
        name=options.name,
        files=file_reports(package_files),
        is_rune=target.makes_rune,
        memory=Memory(
            arena=plan.arena_size,
            serial=plan.message_size if target.makes_rune else 0,
            constants=plan.constant_size,
            pages=(read_rune(code.module).memory_pages or 0) if target.makes_rune else None,
        ),
        memory_map=MemoryMap.of(program, plan),
        kernels=tuple(chosen_kernels(program)),
        models=prepared_build.chosen_models.reports,
        passes=tuple(PassReport(each.name, each.savings) for each in prepared_build.optimisation.passes),
        resources=tuple(
            ResourceReport(resource.name, resource.capacity, resource.default is not None)
            for resource in program.resources
        ),
        steps=tuple(steps),
        pipeline=checked_runefile.outline,
        blocks=_blocks_of_others(files, checked_runefile),
        counts=CountsReport.of(prepared_build.pipeline.watch),
    )


def _blocks_of_others(files: ProjectFiles, checked_runefile: CheckedRunefile) -> tuple[BlockReport, ...]:
    """The blocks of other projects that stages run, each once, with what the lock says they are."""
    targets = (stage.target.text.strip() for stage in checked_runefile.syntax.stages if stage.kind is StageKind.BLOCK)
    digests = read_lock(files).digests
    paths = dict.fromkeys(path for path in map(parse_shared_path, targets) if path in digests)
    return tuple(BlockReport(str(path), digests[path]) for path in paths if path is not None)


def _has_kernels_of(target: Target, program: Program) -> bool:
    """Returns whether a kernel of the target's own set computes any of it."""
    folder = target.kernels.folder
    return any(call.header.parent == folder for step in program.steps for call in calls(step))


def explain(files: ProjectFiles, options: BuildOptions) -> str:
    """Describes for people what `build` does with a project and the same options: its graph after each pass of the
    compiler, the kernels, the memory. Compiles nothing. Raises `BuildFailed`."""
    models = ProjectModels(files)
    return prepare(_check(files, models, options), models, options).explanation


def _check(files: ProjectFiles, models: ProjectModels, options: BuildOptions) -> CheckedRunefile:
    return check(
        files,
        options.blocks,
        runefile=options.runefile,
        signatures=models.signature,
        host_resources=options.host_resources,
    )


def check_text(checked_runefile: CheckedRunefile) -> str:
    """A summary of a check, for a log."""
    errors = sum(each.severity is Severity.ERROR for each in checked_runefile.diagnostics)
    warnings = len(checked_runefile.diagnostics) - errors
    stages = counted(len(checked_runefile.outline.nodes), "stage")
    return f"{stages}, {counted(errors, 'error')}, {counted(warnings, 'warning')}"
