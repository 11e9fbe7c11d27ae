"""An output of a stage, as graphs and pipelines name it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Port:
    """One output of a stage, by number from 0."""

    stage: str
    index: int
