"""The observations of simulated devices: releases that the server requested and when, and runes that they ran."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class RequestedRelease:
    """An answer to a poll that names a release, also by saying that nothing changed."""

    device: str
    begin: float
    """Seconds since 1970; the server answered between this and `end`."""
    end: float
    deployment: str
    """The path."""
    number: int
    rune: str


@dataclass(frozen=True)
class StartedRune:
    """A rune that a device began to run."""

    device: str
    at: float
    deployment: str
    number: int
    rune: str
    is_fallback: bool
    """Whether the device went back to it by itself."""


@dataclass(frozen=True)
class ReportedRune:
    """A report that a device sends, and once more when the server acknowledged it."""

    device: str
    at: float
    number: int
    """The release that the device says that it runs."""
    is_acknowledged: bool


Observation = RequestedRelease | StartedRune | ReportedRune


@dataclass
class ObservationLog:
    """All that devices saw, in order."""

    events: list[Observation] = field(default_factory=list)
