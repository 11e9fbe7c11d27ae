"""The lines of the daemon's log about what changed in a machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hmrd.protocol.reports import DeviceEvent, EventKind
from hmrd.shadow_state import ShadowPhase, ShadowState
from hmrd.state import DeviceMachine, MachineState


def change_lines(before: DeviceMachine, after: DeviceMachine) -> Iterator[str]:
    """Yields a line for each new event, for what became of a shadow, and where the server gives no state."""
    known_events = set(_events(before.state))
    for event in _events(after.state):
        if event not in known_events and event.kind is not EventKind.EVENTS_DROPPED:
            yield _line(event)
    shadow = after.state.shadow
    if shadow != before.state.shadow and (line := shadow_line(shadow)):
        yield line
    server = after.waiting.server
    if server != before.waiting.server and server is not None:
        yield f"the server gave no state: {server.name}: {server.detail}"


def shadow_line(shadow: ShadowState) -> str:
    """Returns what became of the rune that shall run beside as a line; "" where there is nothing to say."""
    what = "" if shadow.wanted is None else f" {shadow.wanted.version} {shadow.wanted.rune[:19]}"
    if shadow.problem is not None:
        return f"nothing runs beside:{what} {shadow.problem.name}: {shadow.problem.detail}"
    return f"runs beside:{what}" if shadow.phase is ShadowPhase.BESIDE else ""


def _events(state: MachineState) -> Iterable[DeviceEvent]:
    yield from () if state.report is None else state.report.events
    yield from state.events


def _line(event: DeviceEvent) -> str:
    words = [str(event.kind), event.version, event.rune[:19]]
    if event.problem is not None:
        words.append(f"{event.problem.name}: {event.problem.detail}")
    return " ".join(word for word in words if word)
