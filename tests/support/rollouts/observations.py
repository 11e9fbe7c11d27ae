"""The observations of simulated devices: the releases that the server named and when, and the runes that they ran."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class NamedRelease:
    """An answer to a poll that names a release, also by saying that nothing changed."""

    device: str
    request_time: float
    """Seconds since 1970; the server answered between this and `answer_time`."""
    answer_time: float
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


@dataclass
class CrowdLog:
    """All that devices saw, in order."""

    events: list[NamedRelease | StartedRune] = field(default_factory=list)
