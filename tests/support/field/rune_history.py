"""The runes of real devices over time, by the status of their daemons, which a thread asks for again and again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from tests.support.field.real_device import RealDevice

_EVERY: Final = 0.1
"""Seconds between two rounds."""


@dataclass(frozen=True)
class RuneState:
    """The versions of a device: the one that answers, and the one that runs beside it, or "" without one."""

    version: str
    beside: str = ""


@dataclass
class RuneHistory:
    """The states of each device in their order, each with the seconds since 1970 at which it was first seen."""

    seconds: Callable[[], float]
    states: dict[str, list[tuple[float, RuneState]]] = field(default_factory=dict)
    rounds: int = 0
    """How often all devices were asked."""

    def note(self, device: RealDevice) -> None:
        """Asks a device, and notes its state where it is a new one."""
        state, states = state_of(device.process.rune), self.states.setdefault(device.name, [])
        if not states or states[-1][1] != state:
            states.append((self.seconds(), state))

    def of(self, device: RealDevice) -> Sequence[RuneState]:
        """Returns the states of a device in their order."""
        return [state for _, state in self.states[device.name]]

    def first_time(self, device: RealDevice, version: str) -> float:
        """Returns the time at which a device first ran a version, answering or beside."""
        return next(time for time, state in self.states[device.name] if version in (state.version, state.beside))


def state_of(rune: Any) -> RuneState:
    """Returns the versions in the status of a rune."""
    running, shadow = rune["running"], rune["shadow"]
    beside = shadow["wanted"]["version"] if shadow and shadow["is_running"] else ""
    return RuneState(running["version"] if running else "", beside)


@contextmanager
def rune_history(devices: Sequence[RealDevice], seconds: Callable[[], float]) -> Iterator[RuneHistory]:
    """Notes the states of devices until the block ends, by a clock."""
    history, end = RuneHistory(seconds), threading.Event()

    def watch() -> None:
        while not end.wait(_EVERY):
            for device in devices:
                history.note(device)
            history.rounds += 1

    thread = threading.Thread(target=watch, name="rune history", daemon=True)
    thread.start()
    try:
        yield history
    finally:
        end.set()
        thread.join()
