"""A project's files to a rune and its report: check, compile, pack.

It runs nothing of what it built, and knows no database and no network.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import rune
from rune import anvil
from rune.container import graph_json, pack, read_rune, rune_sections
from rune.files import ProjectFiles
from rune.runefile import (
    DEFAULT_RUNEFILE,
    Checked,
    Diagnostic,
    Outline,
    Pipeline,
    Position,
    Severity,
    Span,
    check,
    outline_to_json,
)
from rune.runefile.codes import Code
from rune.runefile.pipeline import ModelStage
from rune.targets import WASM32
from rune.tflite import Model, ModelSignature, read_model, signature
from rune.wording import counted


class BuildFailed(Exception):
    """The project is to blame; `diagnostics` say where and why, warnings included."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        errors = [one for one in diagnostics if one.severity is Severity.ERROR]
        super().__init__(counted(len(errors), "problem") if len(errors) != 1 else errors[0].message)
        self.diagnostics = diagnostics


@dataclass(frozen=True)
class Step:
    """One step that ended, for a log."""

    step: str
    text: str
    milliseconds: float


@dataclass(frozen=True)
class Memory:
    """Bytes, but pages of 64 KiB. `serial` is the memory of the outputs' messages, beside the arena."""

    arena: int
    serial: int
    constants: int
    pages: int


@dataclass(frozen=True)
class ModelReport:
    """One model stage; `size` in bytes is the file's."""

    stage: str
    file: str
    size: int
    operators: int


@dataclass(frozen=True)
class Report:
    """What a build says of its rune. `size` in bytes."""

    toolchain: str
    name: str
    size: int
    digest: str
    memory: Memory
    models: tuple[ModelReport, ...]
    steps: tuple[Step, ...]
    pipeline: Outline

    def to_json(self) -> dict[str, Any]:
        return {
            "toolchain": self.toolchain,
            "name": self.name,
            "rune": {"size": self.size, "digest": self.digest},
            "memory": asdict(self.memory),
            "models": [asdict(model) for model in self.models],
            "steps": [asdict(step) for step in self.steps],
            "pipeline": outline_to_json(self.pipeline),
        }


@dataclass(frozen=True)
class BuildResult:
    """A rune, and the warnings that came with it."""

    rune: bytes
    report: Report
    diagnostics: tuple[Diagnostic, ...]


def build(
    files: ProjectFiles,
    name: str,
    *,
    runefile: str = DEFAULT_RUNEFILE,
    log: Callable[[Step], None] | None = None,
    limits: anvil.Limits | None = None,
) -> BuildResult:
    """The rune `name` of a project. The same files and name give the same bytes.

    Raises `BuildFailed` for what the project did wrong and `rune.anvil.CompileError` where the compiler gave up.
    """
    steps: list[Step] = []

    def ended(step: str, text: str, start: float) -> None:
        steps.append(Step(step, text, round((time.perf_counter() - start) * 1000, 1)))
        if log is not None:
            log(steps[-1])

    start = time.perf_counter()
    models = _Models(files)
    checked = check(files, runefile=runefile, signatures=models.signature)
    ended("check", _check_text(checked), start)
    if checked.pipeline is None:
        raise BuildFailed(checked.diagnostics)

    start = time.perf_counter()
    pipeline = checked.pipeline
    program, plan = _planned(pipeline, models.of(pipeline), checked, files, runefile)
    module = anvil.compile(anvil.emit(program, plan), WASM32, limits)
    packed = _packed(module, pipeline, name, files)
    ended("compile", f"{len(packed):,} bytes, {plan.arena_size:,} bytes of memory for the pipeline", start)

    report = Report(
        toolchain=rune.__version__,
        name=name,
        size=len(packed),
        digest="sha256:" + hashlib.sha256(packed).hexdigest(),
        memory=Memory(
            arena=plan.arena_size,
            serial=plan.message_size,
            constants=plan.constant_size,
            pages=read_rune(packed).memory_pages or 0,
        ),
        models=tuple(
            ModelReport(stage.name, stage.file, models[stage.file].size, len(models[stage.file].operators))
            for stage in pipeline.stages
            if isinstance(stage, ModelStage)
        ),
        steps=tuple(steps),
        pipeline=checked.outline,
    )
    return BuildResult(packed, report, checked.diagnostics)


class _Models:
    """The project's models, each read once."""

    def __init__(self, files: ProjectFiles) -> None:
        self._files = files
        self._read: dict[str, Model] = {}

    def __getitem__(self, path: str) -> Model:
        """A model by its path. Raises `FileError` and `ModelError`."""
        if path not in self._read:
            self._read[path] = read_model(self._files.read(path))
        return self._read[path]

    def signature(self, path: str) -> ModelSignature:
        return signature(self[path])

    def of(self, pipeline: Pipeline) -> Mapping[str, Model]:
        return {stage.file: self[stage.file] for stage in pipeline.stages if isinstance(stage, ModelStage)}


def _planned(
    pipeline: Pipeline, models: Mapping[str, Model], checked: Checked, files: ProjectFiles, runefile: str
) -> tuple[anvil.Program, anvil.Plan]:
    """The program in its memory; what Anvil refuses becomes a diagnostic at the line of the stage to blame."""
    found: tuple[Code, str, tuple[str, ...], str | None]
    try:
        program = anvil.lower(pipeline, models)
        return program, anvil.plan(program)
    except anvil.UnsupportedModel as refusal:
        notes = tuple(f"It needs {each}." for each in refusal.unsupported)
        message = f"The model {refusal.file!r} has operators that cannot be compiled yet: " + ", ".join(
            dict.fromkeys(each.op for each in refusal.unsupported)
        )
        found = (Code.UNSUPPORTED_OPERATORS, message, notes, refusal.file)
    except anvil.BadModel as refusal:
        found = (
            Code.CONTRADICTORY_MODEL,
            f"The model {refusal.file!r} contradicts itself: {refusal.reason}",
            (),
            refusal.file,
        )
    except anvil.BadArgument as refusal:
        found = (Code.BAD_ARGUMENT, f"The proc-block {refusal.stage!r}: {refusal.reason}", (), refusal.stage)
    except anvil.TooMuchMemory as refusal:
        found = (Code.TOO_MUCH_MEMORY, f"It cannot be built: {refusal}", (), None)
    code, message, notes, blamed = found
    line = next(
        (node.line for node in checked.outline.nodes if blamed is not None and blamed in (node.name, node.file)), 1
    )
    span = _line_span(files, runefile, line)
    raise BuildFailed((*checked.diagnostics, Diagnostic(Severity.ERROR, code.value, message, runefile, span, notes)))


def _line_span(files: ProjectFiles, runefile: str, line: int) -> Span:
    """A whole line of the Runefile, without what indents it and what ends it."""
    text = files.read(runefile).decode("utf-8")
    lines = text.splitlines(keepends=True)
    offset = sum(map(len, lines[: line - 1]))
    found = lines[line - 1] if line <= len(lines) else ""
    indent = len(found) - len(found.lstrip())
    end = max(len(found.rstrip()), indent)
    return Span(Position(offset + indent, line, indent + 1), Position(offset + end, line, end + 1))


def _packed(module: bytes, pipeline: Pipeline, name: str, files: ProjectFiles) -> bytes:
    """The module with its sections. Binary resources are not carried along: they are compiled in."""
    texts: dict[str, str] = {}
    for resource in pipeline.resources:
        if resource.is_binary:
            continue
        if resource.inline is not None:
            texts[resource.name] = resource.inline
        elif resource.path is not None:
            texts[resource.name] = files.read(resource.path).decode("utf-8")
    graph = graph_json(pipeline, name, texts)
    return pack(module, rune_sections(graph, [(key, text.encode()) for key, text in texts.items()]))


def _check_text(checked: Checked) -> str:
    return f"{counted(len(checked.outline.nodes), 'stage')}, {counted(len(checked.diagnostics), 'problem')}"


__all__ = [
    "BuildFailed",
    "BuildResult",
    "Memory",
    "ModelReport",
    "Report",
    "Step",
    "build",
]
