"""The reports of a machine: what happened is kept until the server has it, and each report keeps its number. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from hmrd.protocol.problems import DeviceProblem
from hmrd.protocol.reports import MOST_EVENTS, DeviceEvent, EventKind, InstalledRune, Phase, Report
from hmrd.protocol.wanted import MOST_REQUESTS, RequestKind, WantedRune
from hmrd.shadow_state import ShadowState
from hmrd.state import DeviceMachine, RequestDone

_MOST_HANDLED: Final = 64


def note(
    machine: DeviceMachine,
    kind: EventKind,
    now: float,
    rune: WantedRune | None = None,
    *,
    problem: DeviceProblem | None = None,
    seconds: int | None = None,
) -> DeviceMachine:
    """Keeps an event for the next report. The oldest give way where there are too many, and are counted."""
    version, digest = (rune.version, rune.rune) if rune is not None else ("", "")
    event = DeviceEvent(kind, max(0, int(now)), version, digest, seconds, problem)
    events = (*machine.state.events, event)
    excess = max(0, len(events) - (MOST_EVENTS - 1))
    return _change(machine, events=events[excess:], dropped=machine.state.dropped + excess)


def prepare_report(machine: DeviceMachine, now: float) -> DeviceMachine:
    """Makes the next report if there is something new and the server has the one before."""
    state = machine.state
    if state.report is not None or (not state.events and not state.answers and state.summary == state.reported):
        return machine
    events = state.events
    if state.dropped:
        events = (*events, DeviceEvent(EventKind.EVENTS_DROPPED, max(0, int(now)), seconds=None))
    summary = state.summary
    report = Report(
        sequence=state.sequence + 1,
        agent=machine.agent,
        board=machine.board,
        phase=summary.phase,
        running=_installed(summary.running),
        other=_installed(summary.other),
        self_test=summary.self_test,
        problem=summary.problem,
        totals=state.totals,
        events=events,
        answers=state.answers[:MOST_REQUESTS],
        shadow=_installed(summary.shadow),
        shadow_problem=summary.shadow_problem,
    )
    machine = _change(
        machine,
        sequence=report.sequence,
        report=report,
        reported=summary,
        events=(),
        dropped=0,
        answers=state.answers[MOST_REQUESTS:],
    )
    return replace(machine, waiting=replace(machine.waiting, send=0.0, failed_sends=0))


def acknowledge(machine: DeviceMachine, sequence: int) -> DeviceMachine:
    """Drops the report, which the server has."""
    report = machine.state.report
    if report is None or report.sequence != sequence:
        return machine
    return _change(machine, report=None)


def renumber(machine: DeviceMachine, last: int) -> DeviceMachine:
    """The server has a later report, as after a state was restored from a copy: the same one gets the next number."""
    report = machine.state.report
    if report is None:
        return machine
    number = max(last, report.sequence) + 1
    return _change(machine, report=replace(report, sequence=number), sequence=number)


def keep_answer(machine: DeviceMachine, event: RequestDone) -> DeviceMachine:
    """Keeps the answer to a request until the server has it."""
    state = machine.state
    request = next((each for each in state.requests if each.id == event.answer.id), None)
    if request is None:
        return machine
    handled = (*state.handled, request.id)[-_MOST_HANDLED:]
    requests = tuple(each for each in state.requests if each is not request)
    machine = _change(machine, requests=requests, handled=handled, answers=(*state.answers, event.answer))
    if event.answer.problem is not None:
        return machine if event.self_test is None else _change(machine, self_test=event.self_test)
    if event.self_test is not None:
        machine = _change(machine, self_test=event.self_test)
    if request.kind is RequestKind.REPLACE_KEY:
        machine = note(machine, EventKind.KEY_REPLACED, event.now)
    if request.kind is RequestKind.LEAVE:
        return _change(_emptied(machine), is_leaving=True)
    if request.kind is RequestKind.HAND_OVER:
        return _change(_emptied(machine), is_handed_over=True)
    return machine


def _emptied(machine: DeviceMachine) -> DeviceMachine:
    """Nothing is installed any more, and nothing of the former organisation counts."""
    return _change(
        machine,
        slots=(None, None),
        active=None,
        phase=Phase.EMPTY,
        wanted=None,
        declined=None,
        target=None,
        failures=(),
        self_test=None,
        problem=None,
        refusal=None,
        numbers=(),
        shadow=ShadowState(),
    )


def _installed(rune: WantedRune | None) -> InstalledRune | None:
    return None if rune is None else InstalledRune(rune.deployment, rune.number, rune.version, rune.rune)


def _change(machine: DeviceMachine, **values: Any) -> DeviceMachine:
    return replace(machine, state=replace(machine.state, **values))
