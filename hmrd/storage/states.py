"""The state of a machine as a file. The former one stays beside it, for a disk that damages the newer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

from hmrd.protocol.problems import DeviceProblem
from hmrd.protocol.reading import BadDeviceMessage, Fields, parsed, written
from hmrd.protocol.reports import DeviceEvent, Phase, Report, RequestAnswer, SelfTestOutcome, Totals
from hmrd.protocol.wanted import LONGEST_INTERVAL, RequestToDevice, WantedRune
from hmrd.shadow_state import ShadowPhase, ShadowState
from hmrd.state import Failure, MachineState, RuneSlot, Summary
from hmrd.storage.files import read_file, write_file

T = TypeVar("T")

LARGEST_FILE: Final = 8 * 1024 * 1024
_MOST: Final = 1024
"""Entries of a list, far above what a machine keeps."""


class StateFile:
    """The state of one machine."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._former = path.with_name(f"{path.name}.former")

    def read(self) -> tuple[MachineState, bool]:
        """Returns the state, or an empty one, and whether a file was damaged."""
        is_damaged = False
        for path in (self._path, self._former):
            if (data := read_file(path)) is None:
                continue
            try:
                return state_from_json(parsed(data, LARGEST_FILE)), is_damaged
            except BadDeviceMessage:
                is_damaged = True
        return MachineState(), is_damaged

    def write(self, state: MachineState) -> None:
        """Writes the state. It is on the disk when this returns. Raises `StorageFailed`."""
        data = written(state_to_json(state))
        if (former := read_file(self._path)) is not None and _is_state(former):
            write_file(self._former, former)
        write_file(self._path, data)


def state_to_json(state: MachineState) -> dict[str, Any]:
    """Returns the state as JSON."""
    return {
        "slots": [None if each is None else _slot_to_json(each) for each in state.slots],
        "active": state.active,
        "phase": str(state.phase),
        "wanted": _json(state.wanted),
        "declined": None if state.declined is None else list(state.declined),
        "target": _json(state.target),
        "began": state.began,
        "trial_starts": state.trial_starts,
        "failures": [_failure_to_json(each) for each in state.failures],
        "self_test": None if state.self_test is None else str(state.self_test),
        "problem": _json(state.problem),
        "refusal": _json(state.refusal),
        "totals": state.totals.to_json(),
        "numbers": [list(each) for each in state.numbers],
        "interval": state.interval,
        "requests": [each.to_json() for each in state.requests],
        "handled": list(state.handled),
        "events": [each.to_json() for each in state.events],
        "dropped": state.dropped,
        "answers": [each.to_json() for each in state.answers],
        "sequence": state.sequence,
        "report": _json(state.report),
        "reported": None if state.reported is None else _summary_to_json(state.reported),
        "is_leaving": state.is_leaving,
        "is_handed_over": state.is_handed_over,
        "shadow": _shadow_to_json(state.shadow),
    }


def state_from_json(value: object) -> MachineState:
    """Reads the state. Raises `BadDeviceMessage`."""
    fields = Fields(value, "the state")
    slots = fields.items("slots", _optional(_slot_from_json), 2)
    if len(slots) != 2:
        raise BadDeviceMessage("slots of the state are not two.")
    return MachineState(
        slots=(slots[0], slots[1]),
        active=fields.integer("active", 0, 1) if fields.has("active") else None,
        phase=fields.choice("phase", Phase),
        wanted=fields.optional("wanted", _wanted_from_json),
        declined=fields.optional("declined", _pair),
        target=fields.optional("target", _wanted_from_json),
        began=fields.item("began", _number),
        trial_starts=fields.integer("trial_starts"),
        failures=fields.items("failures", _failure_from_json, _MOST),
        self_test=fields.choice("self_test", SelfTestOutcome) if fields.has("self_test") else None,
        problem=fields.optional("problem", DeviceProblem.from_json),
        refusal=fields.optional("refusal", DeviceProblem.from_json),
        totals=fields.item("totals", Totals.from_json),
        numbers=fields.items("numbers", _pair, _MOST),
        interval=fields.integer("interval", 1, LONGEST_INTERVAL),
        requests=fields.items("requests", RequestToDevice.from_json, _MOST),
        handled=fields.items("handled", _whole, _MOST),
        events=fields.items("events", DeviceEvent.from_json, _MOST),
        dropped=fields.integer("dropped"),
        answers=fields.items("answers", RequestAnswer.from_json, _MOST),
        sequence=fields.integer("sequence"),
        report=fields.optional("report", Report.from_json),
        reported=fields.optional("reported", _summary_from_json),
        is_leaving=fields.truth("is_leaving"),
        is_handed_over=fields.truth("is_handed_over"),
        shadow=fields.optional("shadow", _shadow_from_json) or ShadowState(),
    )


def _wanted_from_json(value: object) -> WantedRune:
    """Returns a rune, which has no deployment where a person at the device deployed it."""
    if not isinstance(value, Mapping) or value.get("deployment") != "":
        return WantedRune.from_json(value)
    return replace(WantedRune.from_json({**value, "deployment": "a/b/c"}), deployment="")


def _is_state(data: bytes) -> bool:
    try:
        json.loads(data)
    except ValueError:
        return False
    return True


def _json(value: Any) -> Any:
    return None if value is None else value.to_json()


def _optional(read: Callable[[object], T]) -> Callable[[object], T | None]:
    return lambda value: None if value is None else read(value)


def _slot_to_json(slot: RuneSlot) -> Mapping[str, Any]:
    return {"rune": slot.rune.to_json(), "is_healthy": slot.is_healthy}


def _slot_from_json(value: object) -> RuneSlot:
    fields = Fields(value, "a slot")
    return RuneSlot(fields.item("rune", _wanted_from_json), fields.truth("is_healthy"))


def _failure_to_json(failure: Failure) -> Mapping[str, Any]:
    problem = failure.problem.to_json()
    return {"rune": failure.rune, "count": failure.count, "until": failure.until, "problem": problem}


def _failure_from_json(value: object) -> Failure:
    fields = Fields(value, "a failure")
    problem = fields.item("problem", DeviceProblem.from_json)
    return Failure(fields.digest("rune"), fields.integer("count"), fields.item("until", _number), problem)


def _summary_to_json(summary: Summary) -> Mapping[str, Any]:
    return {
        "phase": str(summary.phase),
        "running": _json(summary.running),
        "other": _json(summary.other),
        "self_test": None if summary.self_test is None else str(summary.self_test),
        "problem": _json(summary.problem),
        "shadow": _json(summary.shadow),
        "shadow_problem": _json(summary.shadow_problem),
    }


def _summary_from_json(value: object) -> Summary:
    fields = Fields(value, "the summary")
    return Summary(
        fields.choice("phase", Phase),
        fields.optional("running", _wanted_from_json),
        fields.optional("other", _wanted_from_json),
        fields.choice("self_test", SelfTestOutcome) if fields.has("self_test") else None,
        fields.optional("problem", DeviceProblem.from_json),
        fields.optional("shadow", _wanted_from_json),
        fields.optional("shadow_problem", DeviceProblem.from_json),
    )


def _shadow_to_json(shadow: ShadowState) -> Mapping[str, Any]:
    return {
        "wanted": _json(shadow.wanted),
        "phase": str(shadow.phase),
        "problem": _json(shadow.problem),
        "starts": shadow.starts,
    }


def _shadow_from_json(value: object) -> ShadowState:
    fields = Fields(value, "the shadow")
    return ShadowState(
        fields.optional("wanted", _wanted_from_json),
        fields.choice("phase", ShadowPhase),
        fields.optional("problem", DeviceProblem.from_json),
        fields.integer("starts"),
    )


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise BadDeviceMessage(f"{value!r} is not a number.")
    return float(value)


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadDeviceMessage(f"{value!r} is not a whole number.")
    return value


def _pair(value: object) -> tuple[str, int]:
    if not isinstance(value, list) or len(value) != 2 or not isinstance(value[0], str):
        raise BadDeviceMessage(f"{value!r} is not a name with a number.")
    return value[0], _whole(value[1])
