"""The events of a machine as lines of the daemon's log. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from hmrd.protocol.reports import DeviceEvent
from hmrd.shadow_state import ShadowPhase, ShadowState
from hmrd.state import MachineState


def events_of(state: MachineState) -> Iterable[DeviceEvent]:
    """Yields the events that the server does not have yet, the oldest first."""
    yield from () if state.report is None else state.report.events
    yield from state.events


def event_line(event: DeviceEvent) -> str:
    """Returns an event as a line."""
    words = [str(event.kind), event.version, event.rune[:19]]
    if event.problem is not None:
        words.append(f"{event.problem.name}: {event.problem.detail}")
    return " ".join(word for word in words if word)


def shadow_line(shadow: ShadowState) -> str:
    """Returns what became of the rune that shall run beside as a line; "" where there is nothing to say."""
    what = "" if shadow.wanted is None else f" {shadow.wanted.version} {shadow.wanted.rune[:19]}"
    if shadow.problem is not None:
        return f"nothing runs beside:{what} {shadow.problem.name}: {shadow.problem.detail}"
    return f"runs beside:{what}" if shadow.phase is ShadowPhase.BESIDE else ""
