"""The commands of a machine at a moment. They follow from it alone, and come again until something happened."""

from __future__ import annotations

from collections.abc import Iterator

from hmrd.protocol.reports import Phase
from hmrd.shadow_events import CheckShadow, RunShadow
from hmrd.shadow_state import ShadowPhase
from hmrd.state import (
    AnswerRequest,
    AskOwner,
    Check,
    Command,
    DeviceMachine,
    Fetch,
    LeaveOrganisation,
    Poll,
    Rejoin,
    RunSlot,
    SendReport,
    WakeAt,
)


def commands_of(machine: DeviceMachine, now: float) -> Iterator[Command]:
    """Yields the commands that are due now, and the time at which something else will be."""
    state, waiting = machine.state, machine.waiting
    times: list[float] = []
    if state.is_leaving and state.report is None and not state.requests:
        yield LeaveOrganisation()
        return
    if state.is_handed_over and state.report is None:
        yield Rejoin()

    def is_due(time: float) -> bool:
        if time > now:
            times.append(time)
        return time <= now

    if state.active is not None and state.running is not None and is_due(waiting.run):
        yield RunSlot(state.running, state.active)
    if state.target is not None and state.phase in (Phase.FETCHING, Phase.CHECKING) and is_due(waiting.work):
        work = Fetch if state.phase is Phase.FETCHING else Check
        yield work(state.target, free_slot(machine, state.target.rune))
    if (command := _shadow_command(machine)) is not None and is_due(_shadow_time(machine, command)):
        yield command
    if waiting.shadow.steady is not None and waiting.shadow.steady > now:
        times.append(waiting.shadow.steady)
    if state.target is not None and waiting.trial is not None and is_due(waiting.trial):
        yield AskOwner(state.target.rune)
    for request in state.requests:
        yield AnswerRequest(request)
    if state.report is not None and is_due(waiting.send):
        yield SendReport(state.report)
    if is_due(waiting.poll):
        yield Poll()
    if state.wanted is not None and state.phase in (Phase.EMPTY, Phase.RUNNING):
        times += [each.until for each in state.failures if each.rune == state.wanted.rune and each.until > now]
    if times:
        yield WakeAt(min(times))


def _shadow_command(machine: DeviceMachine) -> Command | None:
    """Returns what is to be done for the rune that shall run beside."""
    state = machine.state
    rune, running = state.shadow.wanted, state.running
    if rune is None or running is None or state.active is None:
        return None
    slot = 1 - state.active
    match state.shadow.phase:
        case ShadowPhase.FETCHING:
            return Fetch(rune, slot)
        case ShadowPhase.CHECKING:
            return CheckShadow(rune, slot, running, state.active)
        case ShadowPhase.BESIDE:
            return RunShadow(rune, slot)
        case _:
            return None


def _shadow_time(machine: DeviceMachine, command: Command) -> float:
    """Returns when it is due: running beside, as soon as the other rune runs."""
    return machine.waiting.run if isinstance(command, RunShadow) else machine.waiting.shadow.work


def free_slot(machine: DeviceMachine, rune: str) -> int:
    """Returns the slot for a rune: the one that does not answer. Where none does, the one that has these bytes, or that
    was not healthy last.
    """
    state = machine.state
    if state.active is not None:
        return 1 - state.active
    if (known_slot := state.slot_of(rune)) is not None:
        return known_slot
    first = state.slots[0]
    return 1 if first is not None and first.is_healthy else 0
