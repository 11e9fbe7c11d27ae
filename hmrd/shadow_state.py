"""The state of the rune that runs beside the one that answers, its shadow: on the disk, and until when it waits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hmrd.protocol.problems import DeviceProblem
from hmrd.protocol.wanted import WantedRune


class ShadowPhase(StrEnum):
    """The steps on the way to a rune that runs beside the one that answers."""

    NONE = "none"
    """The device has no order for a second rune, or it installs something else first."""
    FETCHING = "fetching"
    CHECKING = "checking"
    """The bytes are there; whether the rune may and can run beside is not judged yet."""
    BESIDE = "beside"
    """The rune runs whenever the other one answers, and never answers itself."""
    FAILED = "failed"
    """The rune failed, and is not tried again until the server wants another one, or none in between."""


@dataclass(frozen=True)
class ShadowState:
    """The part of a machine's state about its shadow. Its bytes are in the slot that does not answer."""

    wanted: WantedRune | None = None
    """The rune that the server wants beside, if the device may believe it."""
    phase: ShadowPhase = ShadowPhase.NONE
    problem: DeviceProblem | None = None
    """The reason why it does not run beside, or not yet."""
    starts: int = 0
    """How often the daemon started while the rune was checked or ran: a rune may take the whole process with it."""


@dataclass(frozen=True)
class ShadowTimers:
    """The times until which a process waits with its shadow."""

    work: float = 0.0
    """The time when fetching or checking begins again."""
    failed_work: int = 0
    steady: float | None = None
    """The time from which on the starts of the daemon are none of the shadow's; None while it does not run."""
