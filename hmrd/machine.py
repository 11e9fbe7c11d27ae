"""The state machine of a rune on a device: a machine and an event in, the next machine and its commands out. Pure.

    nothing --wanted--> fetching --whole--> checking --passed--> trying --healthy--> running
                            ^                  |                    |                   |
                            +---- a wait ------+--- not allowed ----+---- went back ----+

The caller writes `DeviceMachine.state`, if it changed, before it carries out the commands. Commands follow from the
machine alone, so after a power cut the same ones come again. A network that is away changes when the device asks, and
nothing else: what runs goes on running, and a good rune is confirmed without the server.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from hmrd import reporting
from hmrd.commands import commands_of, free_slot
from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.reports import EventKind, Phase
from hmrd.protocol.wanted import TRIAL, WantedRune
from hmrd.shadow import apply_to_shadow, pursue_shadow
from hmrd.state import (
    AnswersDropped,
    Command,
    Deployed,
    DeviceMachine,
    Failure,
    MachineEvent,
    OwnerAgreed,
    OwnerRefused,
    Polled,
    PollFailed,
    Rejoined,
    ReportAcknowledged,
    ReportRejected,
    RequestDone,
    RuneChecked,
    RuneFetched,
    RuneHalted,
    RuneSlot,
    RuneStarted,
    SendFailed,
    SlotDamaged,
    Started,
    Unchanged,
    WentBack,
    WorkFailed,
)

TRIAL_RESTARTS: Final = 2
"""How often a new rune, or the daemon with it, may start again during the trial."""
CRASHES: Final = 5
CRASH_WINDOW: Final = 600.0
"""So many stops within so many seconds are a crash loop."""
LONGEST_WAIT: Final = 86_400.0
_FIRST_RETRY: Final = 60.0
_MOST_FAILURES: Final = 4
"""Runes whose failures are remembered."""
_MOST_NUMBERS: Final = 16
_FAULTS_OF_RUNE: Final = frozenset(
    {
        ProblemName.BOARD_WRONG,
        ProblemName.CHECK_REFUSED,
        ProblemName.CRASHES,
        ProblemName.NOT_A_RUNE,
        ProblemName.SELF_TEST_FAILED,
        ProblemName.TOO_SLOW,
        ProblemName.TRAPPED,
    }
)
"""Problems for which the rune is not tried again soon. After the others the device only waits for a better moment."""
_NO_CRASH: Final = frozenset({ProblemName.INPUT_ENDED, ProblemName.CONFIG_WRONG})
"""Reasons for which a rune stops and that are none of its own."""


def step(machine: DeviceMachine, event: MachineEvent) -> tuple[DeviceMachine, tuple[Command, ...]]:
    """Returns the machine after an event, and all that is to be done now."""
    after = pursue_shadow(_pursue(_apply(apply_to_shadow(machine, event), event), event.now))
    after = reporting.prepare_report(after, event.now)
    return after, tuple(commands_of(after, event.now))


def can_go_back(machine: DeviceMachine) -> bool:
    """Returns whether the other slot has a rune whose health was confirmed."""
    other = machine.state.other
    return other is not None and other.is_healthy


def retry_wait(count: int) -> float:
    """Seconds until a rune that failed so many times is tried again: a minute, four, sixteen, at most a day."""
    return min(_FIRST_RETRY * 4.0 ** (min(count, 10) - 1), LONGEST_WAIT)


def _apply(machine: DeviceMachine, event: MachineEvent) -> DeviceMachine:
    """Returns the machine after what an event says, before it decides what comes next."""
    state, now = machine.state, event.now
    match event:
        case Started():
            return _start(machine, now)
        case Polled():
            return _polled(machine, event)
        case Unchanged():
            return _wait(machine, poll=now + state.interval, failed_polls=0, server=None)
        case PollFailed(problem=problem):
            failed = machine.waiting.failed_polls + 1
            return _wait(machine, poll=now + _growing(failed, state.interval), failed_polls=failed, server=problem)
        case Deployed(rune=rune):
            return _change(machine, wanted=rune, declined=None, failures=_without(machine, rune.rune))
        case RuneFetched(rune=rune) if state.phase is Phase.FETCHING and rune == state.target:
            slots = _with_slot(machine, free_slot(machine, rune.rune), RuneSlot(rune))
            return _wait(_change(machine, slots=slots, phase=Phase.CHECKING), work=0.0, failed_work=0)
        case RuneChecked(rune=rune) if state.phase is Phase.CHECKING and rune == state.target:
            return _try(machine, event)
        case WorkFailed(rune=rune, problem=problem) if rune == state.target and state.phase is not Phase.TRYING:
            return _work_failed(machine, problem, now)
        case RuneStarted(rune=rune) if _is_tried(machine, rune) and machine.waiting.trial is None:
            return _wait(machine, trial=now + TRIAL)
        case RuneHalted(rune=rune, problem=problem) if state.running is not None and rune == state.running.rune:
            return _stopped(machine, problem, now)
        case OwnerAgreed(rune=rune) if _is_tried(machine, rune) and _trial_is_over(machine, now):
            return _confirm(machine, now)
        case OwnerRefused(rune=rune, problem=problem) if _is_tried(machine, rune):
            return _fall_back(machine, problem, now)
        case SlotDamaged(slot=slot):
            return _damaged(machine, slot, now)
        case WentBack():
            return _go_back(machine, now)
        case RequestDone():
            return reporting.keep_answer(machine, event)
        case ReportAcknowledged(sequence=sequence):
            return reporting.acknowledge(machine, sequence)
        case ReportRejected(last=last):
            return reporting.renumber(machine, last)
        case SendFailed():
            failed = machine.waiting.failed_sends + 1
            return _wait(machine, send=now + _growing(failed, state.interval), failed_sends=failed)
        case AnswersDropped(count=count):
            totals = replace(state.totals, answers_dropped=state.totals.answers_dropped + count)
            return _change(machine, totals=totals)
        case Rejoined():
            return _change(machine, is_handed_over=False)
        case _:
            return machine


def _start(machine: DeviceMachine, now: float) -> DeviceMachine:
    """Begins waits anew within their limits after a power cut or a restart, and counts the start in a trial."""
    state = machine.state
    # A clock that jumped back between two processes must not keep a rune away for years.
    failures = tuple(replace(each, until=min(each.until, now + retry_wait(each.count))) for each in state.failures)
    machine = _change(machine, failures=failures)
    machine = _wait(reporting.note(machine, EventKind.STARTED, now, state.running), poll=now)
    if state.phase is not Phase.TRYING:
        return machine
    machine = _change(machine, trial_starts=state.trial_starts + 1)
    if machine.state.trial_starts > TRIAL_RESTARTS:
        problem = DeviceProblem(ProblemName.CRASHES, "The daemon started again and again while it tried this rune.")
        return _fall_back(machine, problem, now)
    return machine


def _polled(machine: DeviceMachine, event: Polled) -> DeviceMachine:
    """Takes what the server wants, if the device may believe it, and the requests that are new."""
    state, desired, now = machine.state, event.desired, event.now
    machine = _wait(machine, poll=now + desired.interval, failed_polls=0, server=None)
    pending_answers = (*state.answers, *(state.report.answers if state.report is not None else ()))
    known_ids = {*state.handled, *(each.id for each in state.requests), *(each.id for each in pending_answers)}
    new_requests = tuple(each for each in desired.requests if each.id not in known_ids)
    sequence = max(state.sequence, desired.sequence) if state.report is None else state.sequence
    machine = _change(machine, interval=desired.interval, requests=(*state.requests, *new_requests), sequence=sequence)
    refusal = event.refusal or _older(machine, desired.wanted)
    if refusal is None or desired.wanted is None:
        return _change(machine, wanted=desired.wanted, refusal=None)
    if state.refusal == refusal:
        return machine
    return _change(reporting.note(machine, EventKind.REFUSED, now, desired.wanted, problem=refusal), refusal=refusal)


def _older(machine: DeviceMachine, wanted_rune: WantedRune | None) -> DeviceProblem | None:
    """Says what is wrong with a release that is older than one that ran."""
    confirmed = 0 if wanted_rune is None else dict(machine.state.numbers).get(wanted_rune.deployment, 0)
    if wanted_rune is None or wanted_rune.number >= confirmed:
        return None
    detail = f"The server wants release {wanted_rune.number}, and this device ran release {confirmed}."
    return DeviceProblem(ProblemName.OLDER, detail)


def _work_failed(machine: DeviceMachine, problem: DeviceProblem, now: float) -> DeviceMachine:
    """Waits for a better moment, or gives the rune up for a growing time."""
    state, target = machine.state, machine.state.target
    if target is None:
        return machine
    if problem.name in _FAULTS_OF_RUNE:
        machine = _with_failure(machine, target.rune, problem, now)
        machine = reporting.note(machine, EventKind.REFUSED, now, target, problem=problem)
        return _rest(machine, problem)
    slot = free_slot(machine, target.rune)
    if problem.name is ProblemName.DAMAGED and state.slots[slot] is not None:
        machine = _change(machine, slots=_with_slot(machine, slot, None), phase=Phase.FETCHING)
    failed = machine.waiting.failed_work + 1
    machine = _wait(machine, work=now + min(_FIRST_RETRY * 2.0 ** min(failed - 1, 6), 3600.0), failed_work=failed)
    if problem.name is ProblemName.SERVER_AWAY or problem == state.problem:
        return machine
    return _change(reporting.note(machine, EventKind.REFUSED, now, target, problem=problem), problem=problem)


def _try(machine: DeviceMachine, event: RuneChecked) -> DeviceMachine:
    """Switches to the checked rune. The one before stays in its slot."""
    slot = free_slot(machine, event.rune.rune)
    machine = _change(machine, active=slot, phase=Phase.TRYING, trial_starts=0, self_test=event.outcome, problem=None)
    return _wait(machine, trial=None, stops=(), run=0.0)


def _confirm(machine: DeviceMachine, now: float) -> DeviceMachine:
    """The new rune is healthy: from here on the device may go back to it, and not behind its release."""
    state, rune = machine.state, machine.state.target
    if rune is None or state.active is None:
        return machine
    highest = dict(state.numbers)
    highest[rune.deployment] = max(rune.number, highest.get(rune.deployment, 0))
    machine = _change(
        machine,
        slots=_with_slot(machine, state.active, RuneSlot(rune, is_healthy=True)),
        phase=Phase.RUNNING,
        target=None,
        problem=None,
        # An older release that somebody offered during the trial is older than one that ran from now on.
        wanted=rune if _is_older(state.wanted, rune) else state.wanted,
        failures=_without(machine, rune.rune),
        numbers=tuple(highest.items())[-_MOST_NUMBERS:],
    )
    machine = reporting.note(machine, EventKind.INSTALLED, now, rune, seconds=max(0, int(now - state.began)))
    return _wait(machine, trial=None, stops=())


def _is_older(wanted_rune: WantedRune | None, rune: WantedRune) -> bool:
    return wanted_rune is not None and wanted_rune.deployment == rune.deployment and wanted_rune.number < rune.number


def _fall_back(machine: DeviceMachine, problem: DeviceProblem, now: float) -> DeviceMachine:
    """Goes back to the other slot if its rune was healthy; else nothing runs until the rune is tried again."""
    state = machine.state
    if state.active is None or state.running is None:
        return machine
    failed = state.running
    other = state.other
    machine = _with_failure(machine, failed.rune, problem, now)
    machine = _change(
        machine,
        slots=_with_slot(machine, state.active, RuneSlot(failed)),
        active=1 - state.active if other is not None and other.is_healthy else None,
        self_test=None,
        totals=replace(state.totals, fallbacks=state.totals.fallbacks + 1),
    )
    machine = reporting.note(machine, EventKind.FELL_BACK, now, failed, problem=problem)
    return _wait(_rest(machine, problem), trial=None, stops=(), run=0.0)


def _stopped(machine: DeviceMachine, problem: DeviceProblem, now: float) -> DeviceMachine:
    """Starts the rune again after a wait that grows, or goes back if it crashes in a loop."""
    state, rune = machine.state, machine.state.running
    totals = replace(
        state.totals,
        restarts=state.totals.restarts + 1,
        traps=state.totals.traps + (problem.name is ProblemName.TRAPPED),
        slow_runs=state.totals.slow_runs + (problem.name is ProblemName.TOO_SLOW),
    )
    machine = reporting.note(_change(machine, totals=totals), EventKind.RESTARTED, now, rune, problem=problem)
    if problem.name in _NO_CRASH:
        return _wait(machine, run=now + _growing(1, 5.0))
    stops = (*(each for each in machine.waiting.stops if each > now - CRASH_WINDOW), now)
    machine = _wait(machine, stops=stops[-CRASHES:], run=now + min(2.0 ** (len(stops) - 1), 60.0), trial=None)
    if state.phase is Phase.TRYING:
        return _fall_back(machine, problem, now) if len(stops) > TRIAL_RESTARTS else machine
    if len(stops) >= CRASHES and can_go_back(machine) and state.phase is Phase.RUNNING:
        return _fall_back(machine, DeviceProblem(ProblemName.CRASHES, problem.detail), now)
    return machine


def _damaged(machine: DeviceMachine, slot: int, now: float) -> DeviceMachine:
    """Gives up the bytes of a slot. If they answered, the other slot does, and they are fetched again."""
    state = machine.state
    damaged_slot = state.slots[slot]
    if damaged_slot is None:
        return machine
    machine = _change(machine, slots=_with_slot(machine, slot, None))
    if slot != state.active:
        return _rest(machine, state.problem) if state.phase is Phase.CHECKING else machine
    problem = DeviceProblem(ProblemName.DAMAGED, "The bytes of the rune on the disk changed.")
    machine = reporting.note(machine, EventKind.FELL_BACK, now, damaged_slot.rune, problem=problem)
    other = state.other
    active = 1 - slot if other is not None and other.is_healthy else None
    totals = replace(state.totals, fallbacks=state.totals.fallbacks + 1)
    machine = _change(machine, active=active, self_test=None, totals=totals)
    return _wait(_rest(machine, problem), trial=None, stops=(), run=0.0)


def _go_back(machine: DeviceMachine, now: float) -> DeviceMachine:
    """Switches to the other slot for a person, and stays there until something else is wanted."""
    state, rune = machine.state, machine.state.running
    if not can_go_back(machine) or state.active is None or rune is None:
        return machine
    declined = None if state.wanted is None else (state.wanted.deployment, state.wanted.number)
    machine = _change(machine, active=1 - state.active, declined=declined, self_test=None)
    machine = reporting.note(machine, EventKind.WENT_BACK, now, rune)
    return _wait(_rest(machine, None), trial=None, stops=(), run=0.0)


def _pursue(machine: DeviceMachine, now: float) -> DeviceMachine:
    """Sets out for what is wanted, unless it runs, is tried, was declined, or failed a short time ago."""
    state, wanted_rune = machine.state, machine.state.wanted
    if state.phase is Phase.TRYING:
        return machine
    if wanted_rune is None or state.declined == (wanted_rune.deployment, wanted_rune.number) or _is_ending(machine):
        return machine if state.target is None else _rest(machine, state.problem)
    if state.running is not None and state.running.rune == wanted_rune.rune:
        return _keep(machine, wanted_rune)
    if any(each.rune == wanted_rune.rune and each.until > now for each in state.failures):
        return machine if state.target is None else _rest(machine, state.problem)
    if state.target == wanted_rune and state.phase in (Phase.FETCHING, Phase.CHECKING):
        return machine
    slot = free_slot(machine, wanted_rune.rune)
    there = state.slots[slot]
    if there is not None and there.rune.rune == wanted_rune.rune:
        slots, phase = _with_slot(machine, slot, replace(there, rune=wanted_rune)), Phase.CHECKING
    else:
        slots, phase = _with_slot(machine, slot, None), Phase.FETCHING
    machine = _change(machine, slots=slots, phase=phase, target=wanted_rune, began=now, problem=None)
    return _wait(machine, work=0.0, failed_work=0)


def _keep(machine: DeviceMachine, wanted_rune: WantedRune) -> DeviceMachine:
    """Keeps the running rune, which is the wanted one, perhaps as another release of the same bytes."""
    state = machine.state
    slot = None if state.active is None else state.slots[state.active]
    if slot is None or state.active is None:
        return machine
    machine = _change(machine, slots=_with_slot(machine, state.active, replace(slot, rune=wanted_rune)), declined=None)
    is_own = state.problem is not None and state.problem.name not in (
        ProblemName.KEY_REFUSED,
        ProblemName.SERVER_STRANGE,
    )
    if state.phase is Phase.RUNNING and not is_own:
        return machine
    return _rest(machine, None)


def _rest(machine: DeviceMachine, problem: DeviceProblem | None) -> DeviceMachine:
    """Gives up what is fetched, checked or tried, and stays with what runs."""
    phase = Phase.EMPTY if machine.state.active is None else Phase.RUNNING
    return _change(machine, phase=phase, target=None, problem=problem)


def _with_failure(machine: DeviceMachine, rune: str, problem: DeviceProblem, now: float) -> DeviceMachine:
    former = next((each.count for each in machine.state.failures if each.rune == rune), 0)
    failure = Failure(rune, former + 1, now + retry_wait(former + 1), problem)
    return _change(machine, failures=(*_without(machine, rune), failure)[-_MOST_FAILURES:])


def _without(machine: DeviceMachine, rune: str) -> tuple[Failure, ...]:
    return tuple(each for each in machine.state.failures if each.rune != rune)


def _with_slot(machine: DeviceMachine, number: int, slot: RuneSlot | None) -> tuple[RuneSlot | None, RuneSlot | None]:
    first, second = machine.state.slots
    return (slot, second) if number == 0 else (first, slot)


def _is_tried(machine: DeviceMachine, rune: str) -> bool:
    state = machine.state
    return state.phase is Phase.TRYING and state.target is not None and state.target.rune == rune


def _is_ending(machine: DeviceMachine) -> bool:
    return machine.state.is_leaving or machine.state.is_handed_over


def _trial_is_over(machine: DeviceMachine, now: float) -> bool:
    return machine.waiting.trial is not None and machine.waiting.trial <= now


def _growing(failed: int, first: float) -> float:
    """Returns a wait that doubles with each failure, up to a day."""
    return min(first * 2.0 ** min(failed, 20), LONGEST_WAIT)


def _change(machine: DeviceMachine, **values: Any) -> DeviceMachine:
    return replace(machine, state=replace(machine.state, **values))


def _wait(machine: DeviceMachine, **values: Any) -> DeviceMachine:
    return replace(machine, waiting=replace(machine.waiting, **values))
