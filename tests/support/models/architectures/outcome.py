"""The outcome of an architecture in one form: data and its JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path

from tests.support.models.architectures.files import REFUSAL, named

OUTCOME = "outcome"
"""How the name of the file ends in which an outcome is kept."""


class ArchitectureVerdict(Enum):
    """The verdict on a form."""

    EXACT = "exact"
    """The form is compiled, and every byte is the reference's."""
    WITHIN = "within the tolerance"
    """The form is compiled, and all numbers are within the tolerance for floats."""
    DIFFERS = "differs"
    """The form is compiled, and something is beyond the tolerance."""
    HOST = "host"
    """A host has to run it."""
    FAILED = "failed"
    """Nothing could be built, or nothing could be compared."""
    NOT_EXPORTED = "not exported"
    """The converter refuses it."""
    NOT_RUN = "not run"
    """Nobody exported or judged the form yet."""


@dataclass(frozen=True)
class ArchitectureOutcome:
    """`model`, `rune` and `arena` are bytes, 0 where there is none. `seconds` of processor time for the build and for
    the verification, on the machine that ran them; `memory` is the most that one of their processes took, in bytes."""

    verdict: ArchitectureVerdict
    reason: str = ""
    model: int = 0
    rune: int = 0
    arena: int = 0
    build_seconds: float = 0.0
    verify_seconds: float = 0.0
    memory: int = 0

    def to_json(self) -> str:
        return json.dumps(asdict(self) | {"verdict": self.verdict.value}, indent=1) + "\n"

    @staticmethod
    def from_json(text: str) -> ArchitectureOutcome:
        value = json.loads(text)
        return ArchitectureOutcome(**(value | {"verdict": ArchitectureVerdict(value["verdict"])}))


def outcomes(folder: Path) -> Mapping[tuple[str, str], ArchitectureOutcome]:
    """By name and form, all that a folder of exports holds."""
    return dict(_outcomes(folder))


def _outcomes(folder: Path) -> Iterator[tuple[tuple[str, str], ArchitectureOutcome]]:
    for path in sorted(folder.glob(f"*.{OUTCOME}")):
        yield named(path), ArchitectureOutcome.from_json(path.read_text(encoding="utf-8"))
    for path in sorted(folder.glob(f"*.{REFUSAL}")):
        yield named(path), ArchitectureOutcome(ArchitectureVerdict.NOT_EXPORTED, path.read_text(encoding="utf-8"))
