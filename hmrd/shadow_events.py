"""The events and commands of the rune that runs beside the one that answers."""

from __future__ import annotations

from dataclasses import dataclass

from hmrd.protocol.problems import DeviceProblem
from hmrd.protocol.wanted import WantedRune
from hmrd.state import Command, MachineEvent


@dataclass(frozen=True)
class ShadowChecked(MachineEvent):
    """A rune may and can run beside the one that answers."""

    rune: WantedRune


@dataclass(frozen=True)
class ShadowStarted(MachineEvent):
    """The rune beside is loaded and gets what the other one reads."""

    rune: str
    """The digest of its bytes."""


@dataclass(frozen=True)
class ShadowFailed(MachineEvent):
    """The rune beside broke off, was too slow, or does not fit the one that answers."""

    rune: str
    """The digest of its bytes."""
    problem: DeviceProblem


@dataclass(frozen=True)
class CheckShadow(Command):
    """Check whether a rune in a slot may and can run beside the one that answers: `ShadowChecked` or `WorkFailed`."""

    rune: WantedRune
    slot: int
    answering: WantedRune
    answering_slot: int


@dataclass(frozen=True)
class RunShadow(Command):
    """Have the rune of a slot run beside the one that answers, and no other one: `ShadowStarted`, and `ShadowFailed`
    when it ends, or `SlotDamaged` if its bytes are not whole."""

    rune: WantedRune
    slot: int
