"""The steps of a machine's shadow: a rune that runs beside the one that answers. Pure.

    none --wanted--> fetching --whole--> checking --passed--> beside
                         |                   |                  |
                         +-------------------+--- it failed ----+--> given up

It takes the slot that does not answer, and nothing here changes which one does: a shadow has no `is_healthy`, so the
machine does not go back to it. Where another rune is wanted, that one gets the slot.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.reports import Phase
from hmrd.protocol.wanted import WantedRune
from hmrd.shadow_events import ShadowChecked, ShadowFailed, ShadowStarted
from hmrd.shadow_state import ShadowPhase, ShadowState, ShadowTimers
from hmrd.state import DeviceMachine, MachineEvent, MachineState, Polled, RuneFetched, RuneSlot, Started, WorkFailed

MOST_STARTS: Final = 2
"""How often the daemon may start while a shadow is checked or runs, before the shadow counts as the cause."""
STEADY: Final = 600.0
"""Seconds for which a shadow ran, after which starts of the daemon are none of its own."""
_FIRST_RETRY: Final = 60.0
_LONGEST_RETRY: Final = 3600.0
_BETTER_MOMENTS: Final = frozenset(
    {
        ProblemName.CLOCK_WRONG,
        ProblemName.CONFIG_WRONG,
        ProblemName.DAMAGED,
        ProblemName.DISK_FULL,
        ProblemName.EXPIRED,
        ProblemName.KEY_REFUSED,
        ProblemName.SERVER_AWAY,
        ProblemName.SERVER_STRANGE,
        ProblemName.SIGNATURE_REFUSED,
        ProblemName.UNEXPECTED,
    }
)
"""Problems of fetching and checking after which the device waits. After any other one the shadow is given up."""
_WORKING: Final = (ShadowPhase.FETCHING, ShadowPhase.CHECKING)
_LOADED: Final = (ShadowPhase.CHECKING, ShadowPhase.BESIDE)


def apply_to_shadow(machine: DeviceMachine, event: MachineEvent) -> DeviceMachine:
    """Returns the machine after what an event says about its shadow, before the machine takes the event itself."""
    shadow, now = machine.state.shadow, event.now
    timers = machine.waiting.shadow
    if timers.steady is not None and timers.steady <= now:
        machine = _wait(_change(machine, starts=0), steady=None)
        shadow = machine.state.shadow
    match event:
        case Started() if shadow.phase in _LOADED:
            return _count_start(machine)
        case Polled():
            return _polled(machine, event)
        case RuneFetched(rune=rune) if shadow.phase is ShadowPhase.FETCHING and rune == shadow.wanted:
            machine = _with_other_slot(machine, RuneSlot(rune))
            return _wait(_change(machine, phase=ShadowPhase.CHECKING, problem=None), work=0.0, failed_work=0)
        case ShadowChecked(rune=rune) if shadow.phase is ShadowPhase.CHECKING and rune == shadow.wanted:
            return _change(machine, phase=ShadowPhase.BESIDE, problem=None, starts=0)
        case WorkFailed(rune=rune, problem=problem) if shadow.phase in _WORKING and rune == shadow.wanted:
            return _work_failed(machine, problem, now)
        case ShadowStarted(rune=rune) if _runs(shadow, rune):
            return _wait(machine, steady=now + STEADY)
        case ShadowFailed(rune=rune, problem=problem) if _runs(shadow, rune):
            return _give_up(machine, problem)
        case _:
            return machine


def pursue_shadow(machine: DeviceMachine) -> DeviceMachine:
    """Returns the machine on the way to the shadow that is wanted, if nothing else needs its slot."""
    state, shadow = machine.state, machine.state.shadow
    if shadow.phase is ShadowPhase.FAILED:
        return machine
    if shadow.wanted is None or not _has_room(state, shadow.wanted):
        return machine if shadow.phase is ShadowPhase.NONE else _change(machine, phase=ShadowPhase.NONE, problem=None)
    other = state.other
    is_there = other is not None and other.rune.rune == shadow.wanted.rune
    if shadow.phase is ShadowPhase.FETCHING or (shadow.phase in _LOADED and is_there):
        return machine
    if is_there:
        machine = _change(machine, phase=ShadowPhase.CHECKING)
    else:
        machine = _change(_with_other_slot(machine, None), phase=ShadowPhase.FETCHING)
    return _wait(machine, work=0.0, failed_work=0, steady=None)


def _has_room(state: MachineState, wanted_rune: WantedRune) -> bool:
    """Returns whether a rune answers, it is the wanted one, and the other slot is free for one beside it."""
    running = state.running
    is_settled = state.phase is Phase.RUNNING and state.target is None and running is not None
    if not is_settled or running is None or state.is_leaving or state.is_handed_over:
        return False
    is_wanted = state.wanted is None or state.wanted.rune == running.rune
    return is_wanted and wanted_rune.rune != running.rune


def _polled(machine: DeviceMachine, event: Polled) -> DeviceMachine:
    """Takes the shadow that the server wants, if the device may believe it. The same one again changes nothing."""
    desired = event.desired.shadow
    refusal = event.shadow_refusal or _older(machine, desired)
    if refusal is not None:
        shadow = ShadowState(problem=refusal)
    elif desired == machine.state.shadow.wanted and desired is not None:
        return machine
    else:
        shadow = ShadowState(desired)
    if shadow == machine.state.shadow:
        return machine
    return _wait(_change(machine, **vars(shadow)), **vars(ShadowTimers()))


def _older(machine: DeviceMachine, wanted_rune: WantedRune | None) -> DeviceProblem | None:
    confirmed = 0 if wanted_rune is None else dict(machine.state.numbers).get(wanted_rune.deployment, 0)
    if wanted_rune is None or wanted_rune.number >= confirmed:
        return None
    detail = f"The server wants release {wanted_rune.number} beside, and this device ran release {confirmed}."
    return DeviceProblem(ProblemName.OLDER, detail)


def _count_start(machine: DeviceMachine) -> DeviceMachine:
    machine = _change(machine, starts=machine.state.shadow.starts + 1)
    if machine.state.shadow.starts <= MOST_STARTS:
        return machine
    problem = DeviceProblem(ProblemName.CRASHES, "The daemon started again and again while this rune ran beside.")
    return _give_up(machine, problem)


def _work_failed(machine: DeviceMachine, problem: DeviceProblem, now: float) -> DeviceMachine:
    """Waits for a better moment, or gives the shadow up."""
    if problem.name not in _BETTER_MOMENTS:
        return _give_up(machine, problem)
    if problem.name is ProblemName.DAMAGED:
        machine = _change(_with_other_slot(machine, None), phase=ShadowPhase.FETCHING)
    failed = machine.waiting.shadow.failed_work + 1
    wait = min(_FIRST_RETRY * 2.0 ** min(failed - 1, 6), _LONGEST_RETRY)
    is_away = problem.name is ProblemName.SERVER_AWAY
    machine = machine if is_away else _change(machine, problem=problem)
    return _wait(machine, work=now + wait, failed_work=failed)


def _give_up(machine: DeviceMachine, problem: DeviceProblem) -> DeviceMachine:
    machine = _change(machine, phase=ShadowPhase.FAILED, problem=problem, starts=0)
    return _wait(machine, **vars(ShadowTimers()))


def _runs(shadow: ShadowState, rune: str) -> bool:
    return shadow.phase is ShadowPhase.BESIDE and shadow.wanted is not None and shadow.wanted.rune == rune


def _with_other_slot(machine: DeviceMachine, slot: RuneSlot | None) -> DeviceMachine:
    """Returns the machine with other bytes in the slot that does not answer."""
    first, second = machine.state.slots
    if machine.state.active is None:
        return machine
    slots = (first, slot) if machine.state.active == 0 else (slot, second)
    return replace(machine, state=replace(machine.state, slots=slots))


def _change(machine: DeviceMachine, **values: Any) -> DeviceMachine:
    return replace(machine, state=replace(machine.state, shadow=replace(machine.state.shadow, **values)))


def _wait(machine: DeviceMachine, **values: Any) -> DeviceMachine:
    return replace(machine, waiting=replace(machine.waiting, shadow=replace(machine.waiting.shadow, **values)))
