"""The answers of tools about a build."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from rune.tools.mcp.declarations import ToolAnswer

LONGEST_ERROR: Final = 2000
"""Characters of a build's error."""


class NeedsState(StrEnum):
    """The state of counting the needs on a target."""

    WAITING = "waiting"
    MEASURED = "measured"
    """Bytes and instructions are counted."""
    PLANNED = "planned"
    """Nothing could be counted: the bytes are the least that it needs."""
    FAILED = "failed"


class PackageNeeds(ToolAnswer):
    """The needs of a package for a target, in bytes, and its instructions for one run where they are counted: `state`
    is then `measured`. With `planned` the bytes are the least that it needs; `reason` says why, and why it failed."""

    target: str
    state: NeedsState
    reason: str
    flash_bytes: int | None
    ram_bytes: int | None
    instructions: int | None


class Accuracy(ToolAnswer):
    """The share of test samples that the build answers rightly, with the 95 % range. Ranges that overlap may be
    chance."""

    samples: int
    right: int
    accuracy: float | None
    low: float | None
    high: float | None
    reason: str | None


class JudgedLimit(ToolAnswer):
    """A limit of the project's forge.yml: `outcome` is what the build makes of it."""

    sentence: str
    outcome: str


class BuildAnswer(ToolAnswer):
    """A build. While `state` is `queued` or `running`, it goes on."""

    build: int
    state: str
    error: str | None
    rune_bytes: int | None
    memory_bytes: int | None
    milliseconds: float | None
    accuracy: Accuracy | None
    packages: list[PackageNeeds]
    limits: list[JudgedLimit]
    page: str
