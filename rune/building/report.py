"""What a build says of its rune, step by step and as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from rune.anvil import Unsupported
from rune.runefile import Diagnostic, Outline, outline_to_json


@dataclass(frozen=True)
class Step:
    """One step that ended, for a log."""

    step: str
    text: str
    milliseconds: float


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
        """What every page and command calls the memory of a rune: all that a run writes, without the constants."""
        return self.arena + self.serial


@dataclass(frozen=True)
class ModelReport:
    """One model stage. `file`, `size` in bytes and the count of operators are None where the build does not know them.

    `unsupported` is why the host runs a model that would be compiled otherwise.
    """

    stage: str
    file: str | None
    size: int | None
    operators: int | None
    runs: Literal["compiled", "host"] = "compiled"
    unsupported: tuple[Unsupported, ...] = ()


@dataclass(frozen=True)
class ResourceReport:
    """A resource that the rune reads from its host: the most bytes it may have, and whether there is a default."""

    name: str
    capacity: int
    default: bool


@dataclass(frozen=True)
class FileReport:
    """A file that was made: its path in what is handed over, its size in bytes and its digest (`sha256:...`)."""

    path: str
    size: int
    digest: str


@dataclass(frozen=True)
class Report:
    """What a build says of what it made for a target. A rune is one file. `toolchain` is the version,
    `toolchain_digest` what tells it from every other."""

    toolchain: str
    toolchain_digest: str
    target: str
    name: str
    files: tuple[FileReport, ...]
    is_rune: bool
    memory: Memory
    models: tuple[ModelReport, ...]
    resources: tuple[ResourceReport, ...]
    steps: tuple[Step, ...]
    pipeline: Outline

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

    def to_json(self) -> dict[str, Any]:
        rune = {"rune": {"size": self.size, "digest": self.digest}} if self.is_rune else {}
        return {
            "toolchain": self.toolchain,
            "toolchain_digest": self.toolchain_digest,
            "target": self.target,
            "name": self.name,
            **rune,
            "files": [asdict(file) for file in self.files],
            "memory": asdict(self.memory),
            "models": [asdict(model) | {"unsupported": _unsupported(model)} for model in self.models],
            "resources": [asdict(resource) for resource in self.resources],
            "steps": [asdict(step) for step in self.steps],
            "pipeline": outline_to_json(self.pipeline),
        }


def _unsupported(model: ModelReport) -> list[dict[str, Any]]:
    return [{"op": each.op, "types": each.types, "count": each.count} for each in model.unsupported]


@dataclass(frozen=True)
class BuildResult:
    """The files that were made, by their path, and the warnings that came with them."""

    files: Mapping[str, bytes]
    report: Report
    diagnostics: tuple[Diagnostic, ...]

    @property
    def rune(self) -> bytes:
        """The rune. Raises `ValueError` where the target makes none."""
        if not self.report.is_rune:
            raise ValueError(f"{self.report.target} makes no rune")
        (data,) = self.files.values()
        return data
