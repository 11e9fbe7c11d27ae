"""Shared parts of figures: repeated measurements, and tables in Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MEGABYTE = 1_000_000


class CannotMeasure(Exception):
    """Something that the figure needs is not on this machine; the text says what."""


@dataclass(frozen=True)
class Spread:
    """Repeated measurements of one thing, in one unit."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def percentile(self, percent: int) -> float:
        """The value below which `percent` of the measurements lie."""
        values = sorted(self.values)
        return values[min(len(values) - 1, len(values) * percent // 100)]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown. Columns after the first are numbers."""
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])
