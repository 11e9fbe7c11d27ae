"""The answer to `hmrd status`, as JSON. It is for the person at the device, and is sent nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hmrd.config.tables import ConfigError
from hmrd.protocol.keys import fingerprint
from hmrd.protocol.problems import DeviceProblem
from hmrd.protocol.wanted import WantedRune
from hmrd.service.device import LocalDevice
from hmrd.service.rune_service import RuneService
from hmrd.state import RuneSlot


def status_of(device: LocalDevice, services: Sequence[RuneService], errors: Sequence[ConfigError]) -> dict[str, Any]:
    """Returns the device, its organisation and its runes."""
    return {
        "agent": device.agent,
        "board": device.config.board,
        "organisation": _organisation(device),
        "key": fingerprint(device.folder.identity.key().public),
        "config": [str(error) for error in errors],
        "recording": recording_of(device),
        "runes": [_rune(service) for service in services],
    }


def recording_of(device: LocalDevice) -> dict[str, Any] | None:
    """Returns the session that records now."""
    session = device.recordings.running
    return None if session is None else {**session.to_json(), "recordings": device.recordings.count(session)}


def _organisation(device: LocalDevice) -> dict[str, Any] | None:
    if device.connection is None:
        return None
    identity = device.connection.identity
    return {
        "server": identity.server,
        "name": identity.trust.organisation,
        "device": identity.name,
        "id": identity.trust.device,
        "trust": str(identity.trust.kind),
    }


def _rune(service: RuneService) -> dict[str, Any]:
    state, waiting, runner = service.machine.state, service.machine.waiting, service.runner
    problem = service.storage_problem or state.refusal or state.problem
    return {
        "name": service.config.name,
        "from": str(service.config.origin),
        "phase": str(state.phase),
        "running": _named(state.running),
        "is_answering": runner is not None and runner.is_alive,
        "is_input_over": runner is not None and runner.is_input_over,
        "runs": 0 if runner is None else runner.runs,
        "other": _slot(state.other),
        "shadow": _shadow(service),
        "wanted": _named(state.wanted),
        "self_test": None if state.self_test is None else str(state.self_test),
        "problem": _problem(problem),
        "detail": service.local_detail,
        "server": _problem(waiting.server),
        "totals": state.totals.to_json(),
        "counts": _counts(service),
        "samples": _samples(service),
        "sinks": [_problem(sink.problem) for sink in service.sinks],
    }


def _shadow(service: RuneService) -> dict[str, Any] | None:
    """Returns the rune that shall run beside, and what it compared since it started."""
    shadow = service.machine.state.shadow
    if shadow.wanted is None and shadow.problem is None:
        return None
    running = service.shadowing.status()
    return {
        "wanted": _named(shadow.wanted),
        "phase": str(shadow.phase),
        "is_running": running is not None,
        "compared": 0 if running is None else running["compared"],
        "problem": _problem(shadow.problem),
    }


def _counts(service: RuneService) -> dict[str, Any]:
    problem = service.counting.problem
    return {
        "mode": str(service.counting.mode),
        "unsent": service.counting.unsent,
        "problem": None if problem is None else str(problem),
    }


def _samples(service: RuneService) -> dict[str, Any]:
    """Returns how many windows are kept, and how many requests for them wait for the owner."""
    ledger = service.samples.ledger
    unanswered = [each for each in service.samples.open_offers() if ledger.answer_to(each.id) is None]
    return {"windows": len(ledger.windows), "requests": len(unanswered)}


def _named(rune: WantedRune | None) -> dict[str, Any] | None:
    return None if rune is None else {"version": rune.version, "rune": rune.rune, "deployment": rune.deployment}


def _slot(slot: RuneSlot | None) -> dict[str, Any] | None:
    return None if slot is None else {**(_named(slot.rune) or {}), "is_healthy": slot.is_healthy}


def _problem(problem: DeviceProblem | None) -> dict[str, Any] | None:
    return None if problem is None else problem.to_json()
