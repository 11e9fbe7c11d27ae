"""The number of problems of a build, in the colours of its tags. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rune.wording import counted


@dataclass(frozen=True)
class ProblemCount:
    """A number of errors, or warnings, in the colour of its tag."""

    colour: str
    text: str


def problem_counts(diagnostics: Sequence[Mapping[str, Any]]) -> tuple[ProblemCount, ...]:
    """Errors before warnings; none of a kind that there is none of."""
    errors = sum(one["severity"] == "error" for one in diagnostics)
    kinds = (("bad", "error", errors), ("warn", "warning", len(diagnostics) - errors))
    return tuple(ProblemCount(colour, counted(count, noun)) for colour, noun, count in kinds if count)
