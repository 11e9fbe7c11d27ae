"""The steps of a build, from a project's files to the packed rune."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import rune
from rune.compiler.anvil.allowance import Allowance, CompilerLimits
from rune.compiler.anvil.chosen_kernels import chosen_kernels
from rune.compiler.anvil.compiler import compile_sources
from rune.compiler.anvil.limit_checks import limits_checked_by
from rune.compiler.anvil.memory_map import MemoryMap
from rune.compiler.anvil.profile import LITERT, Profile
from rune.compiler.anvil.program import Program, calls
from rune.compiler.anvil.sources import Sources
from rune.compiler.anvil.target import BuiltProgram, Target
from rune.compiler.blocks.catalogue import PUBLISHED_BLOCKS
from rune.compiler.blocks.resolver import BlockResolver
from rune.compiler.blocks.shared_path import parse_shared_path
from rune.compiler.building.models import ProjectModels
from rune.compiler.building.prepare import Prepared, prepare
from rune.compiler.building.report import (
    BlockReport,
    BuildResult,
    Memory,
    PassReport,
    Report,
    ResourceReport,
    Step,
    file_reports,
)
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.project.files import ProjectFiles
from rune.running.container import read_rune
from rune.source.runefile import Checked, HostResources, Severity, check
from rune.source.runefile.lock import read_lock
from rune.source.runefile.pipeline import Port
from rune.source.runefile.syntax import StageKind
from rune.toolchain import toolchain_digest
from rune.wording import counted


def build(
    files: ProjectFiles,
    name: str,
    *,
    runefile: str | None = None,
    log: Callable[[Step], None] | None = None,
    limits: CompilerLimits | None = None,
    allowance: Allowance | None = None,
    host_models: bool = False,
    host_resources: HostResources | None = None,
    watched: Sequence[Port] = (),
    timed: bool = False,
    target: Target = WASM32,
    profile: Profile = LITERT,
    blocks: BlockResolver = PUBLISHED_BLOCKS,
) -> BuildResult:
    """What a project called `name` becomes for a target. The same files, name and target give the same bytes.

    With `host_models` no model is compiled: the rune's host runs all of them. `host_resources` says which resources the
    host gives beside those that have no default, and how long they may be. What flows out of the ports of `watched` is
    sent to the host as well. A `timed` rune logs when each stage ends, by which its host can tell what each takes.
    `profile` says whose bits its models give, `blocks` finds the proc-blocks beside the project's own, and `limits` are
    those of the whole build; an `allowance` that began before goes on in it, for a build that is a part of something.
    Raises `BuildFailed` for what the project did wrong, `ValueError` for a port that is not there or a program that is
    watched or timed without a host, and `rune.compiler.anvil.errors.CompileError` where the compiler gave up or a limit
    is reached.
    """
    if not target.makes_rune and (watched or timed):
        raise ValueError(f"{target.name} has no host that could watch or time what runs")
    steps: list[Step] = []

    def ended(step: str, text: str, start: float) -> None:
        steps.append(Step(step, text, round((time.perf_counter() - start) * 1000, 1)))
        if log is not None:
            log(steps[-1])

    allowance = allowance or Allowance(limits or CompilerLimits())
    start = time.perf_counter()
    models = ProjectModels(files)
    with limits_checked_by(allowance.require):
        checked = check(files, blocks, runefile=runefile, signatures=models.signature, host_resources=host_resources)
    ended("check", check_text(checked), start)
    start = time.perf_counter()
    watched = tuple(dict.fromkeys(watched))

    def prepared_for(aimed: Target) -> Prepared:
        with limits_checked_by(allowance.require):
            return prepare(
                checked,
                models,
                aimed,
                host_models=host_models,
                watched=watched,
                timed=timed,
                between=allowance.require,
                profile=profile,
            )

    prepared = prepared_for(target)
    program, plan = prepared.program, prepared.plan
    sources = target.emit(program, plan, name)
    module = _compiled(target, sources, allowance)
    memory = plan.arena_size + (plan.message_size if target.makes_rune else 0)
    second = b""
    if target.second is not None:
        other = prepared_for(target.second)
        if _has_kernels_of(target.second, other.program):
            memory = max(memory, other.plan.arena_size + other.plan.message_size)
            second = _compiled(target.second, target.second.emit(other.program, other.plan, name), allowance)
    made = BuiltProgram(name, prepared.pipeline, watched, prepared.carried, memory, sources, module, second)
    packaged = target.packager(made)
    allowance.require()
    size = sum(map(len, packaged.values()))
    ended("compile", f"{size:,} bytes, {memory:,} bytes of memory", start)

    report = Report(
        toolchain=rune.__version__,
        toolchain_digest=toolchain_digest(),
        profile=profile,
        target=target.name,
        optimized_for=target.optimized_for,
        name=name,
        files=file_reports(packaged),
        is_rune=target.makes_rune,
        memory=Memory(
            arena=plan.arena_size,
            serial=plan.message_size if target.makes_rune else 0,
            constants=plan.constant_size,
            pages=(read_rune(module).memory_pages or 0) if target.makes_rune else None,
        ),
        memory_map=MemoryMap.of(program, plan),
        kernels=tuple(chosen_kernels(program)),
        models=prepared.chosen.reports,
        passes=tuple(PassReport(each.name, each.saved) for each in prepared.optimised.applied),
        resources=tuple(
            ResourceReport(resource.name, resource.capacity, resource.default is not None)
            for resource in program.resources
        ),
        steps=tuple(steps),
        pipeline=checked.outline,
        blocks=_blocks_of_others(files, checked),
    )
    return BuildResult(packaged, report, checked.diagnostics, program)


def _blocks_of_others(files: ProjectFiles, checked: Checked) -> tuple[BlockReport, ...]:
    """The blocks of other projects that stages run, each once, with what the lock says they are."""
    targets = (stage.target.text.strip() for stage in checked.syntax.stages if stage.kind is StageKind.BLOCK)
    digests = read_lock(files).digests
    paths = dict.fromkeys(path for path in map(parse_shared_path, targets) if path in digests)
    return tuple(BlockReport(str(path), digests[path]) for path in paths if path is not None)


def _has_kernels_of(target: Target, program: Program) -> bool:
    """Whether a kernel of the target's own set computes any of it."""
    folder = target.kernels.folder
    return any(call.header.parent == folder for step in program.steps for call in calls(step))


def _compiled(target: Target, sources: Sources, allowance: Allowance) -> bytes:
    """The module; nothing for a target whose sources are shipped as they are."""
    return compile_sources(sources, target.toolchain, allowance) if target.toolchain else b""


def explain(
    files: ProjectFiles,
    *,
    runefile: str | None = None,
    host_models: bool = False,
    host_resources: HostResources | None = None,
    timed: bool = False,
    target: Target = WASM32,
    profile: Profile = LITERT,
) -> str:
    """What `build` makes of a project with the same arguments, as text for people: its graph after each pass of the
    compiler, the kernels, the memory. Nothing is compiled. Raises `BuildFailed`."""
    models = ProjectModels(files)
    checked = check(
        files, PUBLISHED_BLOCKS, runefile=runefile, signatures=models.signature, host_resources=host_resources
    )
    return prepare(checked, models, target, host_models=host_models, timed=timed, profile=profile).explanation


def check_text(checked: Checked) -> str:
    """What a check found, for a log."""
    errors = sum(each.severity is Severity.ERROR for each in checked.diagnostics)
    warnings = len(checked.diagnostics) - errors
    stages = counted(len(checked.outline.nodes), "stage")
    return f"{stages}, {counted(errors, 'error')}, {counted(warnings, 'warning')}"
