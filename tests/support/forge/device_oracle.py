"""Evaluates queries over rows in memory without any SQL: the tests of the language compare with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from forge.fleet.models import Device
from forge.fleet.queries.syntax import DeviceQuery, QueryOperator, QueryTerm, parse

_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}


@dataclass(frozen=True)
class DeviceRow:
    """A device with its labels."""

    device: Device
    labels: Mapping[str, str]


@dataclass(frozen=True)
class Oracle:
    """The time that counts as now, and the queries of groups."""

    now: datetime
    groups: Mapping[str, str]

    def matches(self, row: DeviceRow, query: DeviceQuery) -> bool:
        """Returns whether a device matches a query."""
        asks = any(each.field == "is" and "retired" in each.values and not each.is_negated for each in query.terms)
        return (asks or row.device.retired is None) and self._has_all(row, query)

    def _has_all(self, row: DeviceRow, query: DeviceQuery) -> bool:
        return all(any(self._has(row, term, value) for value in term.values) != term.is_negated for term in query.terms)

    def _has(self, row: DeviceRow, term: QueryTerm, value: str) -> bool:
        device, assignment = row.device, row.device.assignment
        match term.field:
            case "":
                return any(_like(text, f"*{value}*") for text in (device.name, device.note))
            case "name" | "note" | "board" | "agent":
                return _text(getattr(device, term.field), term.operator, value)
            case "phase" | "trust" | "problem":
                return bool((getattr(device, term.field) or "none") == value)
            case "self-test":
                return (device.self_test or "none") == value
            case "running" if value == "none":
                return not device.running_rune
            case "running":
                return _release(device.running_version, device.running_deployment, term.operator, value)
            case "wanted" | "deployment" | "batch" if value == "none":
                return (device.batch if term.field == "batch" else assignment) is None
            case "wanted":
                return assignment is not None and _release(assignment.version, assignment.path, term.operator, value)
            case "deployment":
                return assignment is not None and _like(assignment.path, f"*/{value}")
            case "batch":
                return device.batch is not None and _text(device.batch.title, term.operator, value)
            case "release":
                return _number(device.running_number, term.operator, value)
            case "restarts":
                return _number(self._restarts(device), term.operator, value)
            case "seen" if value == "never":
                return device.seen is None
            case "seen" | "claimed":
                return self._is_recent(getattr(device, term.field), value) == (term.operator is QueryOperator.LESS)
            case "group" if value == "none":
                return not any(self._has_all(row, parse(each)) for each in self.groups.values())
            case "group":
                return self._has_all(row, parse(self.groups[value]))
            case "is":
                return self._states[value](device)
        key = term.field.removeprefix("label:")
        return key in row.labels and _text(row.labels[key], term.operator, value)

    def _restarts(self, device: Device) -> int:
        return device.restarts if device.restarts_day == self.now.date() else 0

    def _is_recent(self, moment: datetime | None, value: str) -> bool:
        limit = timedelta(seconds=int(value[:-1]) * _SECONDS[value[-1]])
        return moment is not None and self.now - moment <= limit

    @property
    def _states(self) -> Mapping[str, Callable[[Device], bool]]:
        def is_away(device: Device) -> bool:
            return not self._is_recent(device.seen, "1d")

        def is_behind(device: Device) -> bool:
            assignment = device.assignment
            return assignment is not None and assignment.rune not in ("", device.running_rune)

        def is_healthy(device: Device) -> bool:
            in_service = device.retired is None and device.locked_out is None
            faults = (device.problem, device.self_test == "failed", self._restarts(device) >= 3)
            return in_service and not is_away(device) and not any(faults)

        return {
            "away": is_away,
            "healthy": is_healthy,
            "locked-out": lambda device: device.locked_out is not None,
            "retired": lambda device: device.retired is not None,
            "as-wanted": lambda device: (
                device.assignment is not None
                and bool(device.running_rune)
                and not is_behind(device)
                and device.assignment.rune == device.running_rune
            ),
            "not-as-wanted": is_behind,
            "waiting": lambda device: is_behind(device) and is_away(device),
        }


def names(rows: Sequence[DeviceRow], query: DeviceQuery, oracle: Oracle) -> list[str]:
    """Returns the names of the devices that match, in order."""
    return sorted(row.device.name for row in rows if oracle.matches(row, query))


def _like(text: str, pattern: str) -> bool:
    expression = ".*".join(map(re.escape, pattern.lower().split("*")))
    return re.fullmatch(expression, text.lower(), re.DOTALL) is not None


def _text(text: str, operator: QueryOperator, value: str) -> bool:
    return _like(text, value) if operator is QueryOperator.FITS else text == value


def _release(version: str, path: str, operator: QueryOperator, value: str) -> bool:
    project, _, name = value.rpartition("@")
    if not _text(version, operator, name):
        return False
    return not project or _like(path, f"*/{project}" if "/" in project else f"*/{project}/*")


def _number(number: int, operator: QueryOperator, value: str) -> bool:
    limit = int(value)
    return {QueryOperator.LESS: number < limit, QueryOperator.MORE: number > limit}.get(operator, number == limit)
