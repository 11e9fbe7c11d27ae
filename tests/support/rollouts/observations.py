"""What simulated devices saw: what the server asked of them and when, and what they ran."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class AskedRelease:
    """An answer to a poll that names a release, also by saying that nothing changed."""

    device: str
    sent: float
    """Seconds since 1970; the server answered between this and `received`."""
    received: float
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
class DeviceLog:
    """All that devices saw, in order."""

    events: list[AskedRelease | StartedRune] = field(default_factory=list)
