"""A build's report of its rune, step by step and as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NotRequired, TypedDict

from rune.aim import Aim
from rune.compiler.anvil.figures import GraphFigures
from rune.compiler.anvil.memory.map import MemoryMap, MemoryMapJson
from rune.compiler.anvil.program import Program
from rune.compiler.anvil.reports.chosen_kernels import ChosenKernel, ChosenKernelJson
from rune.compiler.building.model_report import ModelReport, ModelReportJson
from rune.digests import digest_of
from rune.model.profile import Profile
from rune.port import Port
from rune.source.runefile import Diagnostic, Outline, OutlineJson, outline_to_json
from rune.source.runefile.pipeline import Watch
from rune.toolchain import toolchain_digest
from rune.watch.layout import WatchLayout
from rune.wording import counted


class RuneReportJson(TypedDict):
    """The rune that was made: its size in bytes and its digest."""

    size: int
    digest: str


class FileReportJson(TypedDict):
    """A file that was made."""

    path: str
    size: int
    digest: str


class MemoryJson(TypedDict):
    """Bytes, but pages of 64 KiB, which only a rune has."""

    arena: int
    serial: int
    constants: int
    pages: int | None


class PassReportJson(TypedDict):
    """A pass of the compiler that changed the graph, and what is gone since; less than 0 is what it added."""

    name: str
    steps: int
    multiply_accumulates: int
    constants: int
    tensors: int


class ResourceReportJson(TypedDict):
    """A resource that the rune reads from its host."""

    name: str
    capacity: int
    default: bool


class BlockReportJson(TypedDict):
    """A block of another project, as the Runefile names it, and the digest of its manifest that the lock says."""

    path: str
    digest: str


class CountsReportJson(TypedDict):
    """The counting of answers: the port of the scores, numbers of bins, features by name, and whether the rune carries
    the counts of test samples."""

    scores: str | None
    labels: int
    confidence: int
    features: list[str]
    reference: bool


class StepJson(TypedDict):
    """One step that ended."""

    step: str
    text: str
    milliseconds: float


class ToolchainReportJson(TypedDict):
    """A build's report for a target. A report that an older toolchain wrote lacks some keys."""

    toolchain: str
    toolchain_digest: NotRequired[str]
    profile: NotRequired[str]
    reference: NotRequired[str]
    target: NotRequired[str]
    optimized_for: NotRequired[Aim]
    name: str
    rune: NotRequired[RuneReportJson]
    files: NotRequired[list[FileReportJson]]
    memory: MemoryJson
    models: list[ModelReportJson]
    passes: NotRequired[list[PassReportJson]]
    resources: list[ResourceReportJson]
    blocks: NotRequired[list[BlockReportJson]]
    counts: NotRequired[CountsReportJson]
    steps: list[StepJson]
    pipeline: OutlineJson


class FullReportJson(ToolchainReportJson):
    """The same with what lies where in the memory, and when, and with the kernels."""

    memory_map: NotRequired[MemoryMapJson]
    kernels: NotRequired[list[ChosenKernelJson]]


@dataclass(frozen=True)
class BuildStep:
    """One step that ended, for a log."""

    step: str
    text: str
    milliseconds: float

    def to_json(self) -> StepJson:
        return {"step": self.step, "text": self.text, "milliseconds": self.milliseconds}


@dataclass(frozen=True)
class Memory:
    """Bytes, but pages of 64 KiB. `serial` is the memory of the outputs' messages, beside the arena.

    `constants` are weights, tables and texts, and the models that the rune carries for its host. Only a rune has pages.
    """

    arena: int
    serial: int
    constants: int
    pages: int | None

    @property
    def planned(self) -> int:
        """Returns the memory of a rune as pages and commands show it: all that a run writes, without the constants."""
        return self.arena + self.serial

    def to_json(self) -> MemoryJson:
        return {"arena": self.arena, "serial": self.serial, "constants": self.constants, "pages": self.pages}


@dataclass(frozen=True)
class PassReport:
    """A pass of the compiler that changed the graph, and what it saved."""

    name: str
    savings: GraphFigures

    def to_json(self) -> PassReportJson:
        return {
            "name": self.name,
            "steps": self.savings.nodes,
            "multiply_accumulates": self.savings.multiply_accumulates,
            "constants": self.savings.constants,
            "tensors": self.savings.tensors,
        }


@dataclass(frozen=True)
class ResourceReport:
    """A resource that the rune reads from its host: the most bytes it may have, and whether there is a default."""

    name: str
    capacity: int
    default: bool

    def to_json(self) -> ResourceReportJson:
        return {"name": self.name, "capacity": self.capacity, "default": self.default}


@dataclass(frozen=True)
class FileReport:
    """A file that was made: its path in what is handed over, its size in bytes and its digest (`sha256:...`)."""

    path: str
    size: int
    digest: str

    def to_json(self) -> FileReportJson:
        return {"path": self.path, "size": self.size, "digest": self.digest}


def file_reports(files: Mapping[str, bytes]) -> tuple[FileReport, ...]:
    """Returns the reports of files by their path."""
    return tuple(FileReport(path, len(data), digest_of(data)) for path, data in sorted(files.items()))


@dataclass(frozen=True)
class BlockReport:
    """A block of another project that was built in."""

    path: str
    digest: str

    def to_json(self) -> BlockReportJson:
        return {"path": self.path, "digest": self.digest}


@dataclass(frozen=True)
class CountsReport:
    """The report on what the rune counts of its answers."""

    scores: Port | None
    layout: WatchLayout
    has_reference: bool

    @staticmethod
    def of(watch: Watch | None) -> CountsReport | None:
        """The report of a pipeline; None where it counts nothing."""
        return None if watch is None else CountsReport(watch.scores, watch.layout, watch.reference is not None)

    @property
    def text(self) -> str:
        """Such as `counts 8 labels, 16 bins of confidence, audio level`."""
        labels, confidence, *_ = self.layout.sizes
        parts = [counted(labels, "label"), f"{counted(confidence, 'bin')} of confidence"] if labels else []
        return f"counts {', '.join([*parts, *(each.name for each in self.layout.features)])}"

    def to_json(self) -> CountsReportJson:
        labels, confidence, *_ = self.layout.sizes
        port = self.scores
        return {
            "scores": None if port is None else port.stage + (f".{port.index}" if port.index else ""),
            "labels": labels,
            "confidence": confidence,
            "features": [each.name for each in self.layout.features],
            "reference": self.has_reference,
        }


@dataclass(frozen=True)
class BuildReport:
    """A build's report for a target. A rune is one file. `toolchain` is the version. `profile` says whose bits it
    gives."""

    toolchain: str
    profile: Profile
    target: str
    optimized_for: Aim
    name: str
    files: tuple[FileReport, ...]
    is_rune: bool
    memory: Memory
    memory_map: MemoryMap
    kernels: tuple[ChosenKernel, ...]
    models: tuple[ModelReport, ...]
    passes: tuple[PassReport, ...]
    resources: tuple[ResourceReport, ...]
    steps: tuple[BuildStep, ...]
    pipeline: Outline
    blocks: tuple[BlockReport, ...] = ()
    counts: CountsReport | None = None

    @property
    def toolchain_digest(self) -> str:
        """Identifies the toolchain. It is read when it is asked for: that takes a while, and few need it."""
        return toolchain_digest()

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def digest(self) -> str:
        """The rune's `sha256:...`. Raises `ValueError` where there is none."""
        if not self.is_rune:
            raise ValueError(f"{self.target} makes no rune")
        return self.files[0].digest

    def to_json(self) -> FullReportJson:
        report: FullReportJson = {
            "toolchain": self.toolchain,
            "toolchain_digest": self.toolchain_digest,
            "profile": self.profile.name,
            "reference": self.profile.reference,
            "target": self.target,
            "optimized_for": self.optimized_for,
            "name": self.name,
            "files": [file.to_json() for file in self.files],
            "memory": self.memory.to_json(),
            "memory_map": self.memory_map.to_json(),
            "kernels": [each.to_json() for each in self.kernels],
            "models": [model.to_json() for model in self.models],
            "passes": [each.to_json() for each in self.passes],
            "resources": [resource.to_json() for resource in self.resources],
            "steps": [step.to_json() for step in self.steps],
            "pipeline": outline_to_json(self.pipeline),
        }
        if self.blocks:
            report["blocks"] = [block.to_json() for block in self.blocks]
        if self.counts is not None:
            report["counts"] = self.counts.to_json()
        if self.is_rune:
            report["rune"] = {"size": self.size, "digest": self.digest}
        return report


@dataclass(frozen=True)
class BuildResult:
    """The files that were made, by their path, the warnings that came with them, and the program in the files."""

    files: Mapping[str, bytes]
    report: BuildReport
    diagnostics: tuple[Diagnostic, ...]
    program: Program = field(repr=False)

    @property
    def rune(self) -> bytes:
        """The rune. Raises `ValueError` where the target makes none."""
        if not self.report.is_rune:
            raise ValueError(f"{self.report.target} makes no rune")
        (data,) = self.files.values()
        return data
