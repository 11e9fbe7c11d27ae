"""Takes reports: each number of a device once. The device acts; a person is nowhere in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from forge.core.events.declarations import NewEvent
from forge.core.events.log import append_event
from forge.fleet.devices.reported import report_digest, reported_state
from forge.fleet.models import Device, DeviceDay, DeviceEntry
from forge.fleet.reports.announcements import DEVICE_FELL_BACK, DEVICE_INSTALLED
from forge.fleet.reports.answers import take_answers
from forge.fleet.reports.differences import LARGEST_COUNT, differences, time_of
from forge.fleet.reports.errors import ReportRefused
from hmrd.protocol.reports import DeviceEvent, EventKind, Report


@transaction.atomic
def take_report(device: Device, report: Report, now: datetime) -> None:
    """Stores what a device reported: its state, its timeline, the counts of the day and its answers.

    The last report again changes nothing. Raises `ReportRefused` for an earlier one, and for one that has the number of
    the last and says something else.
    """
    device = Device.objects.select_related("organisation").select_for_update(of=("self",)).get(pk=device.pk)
    if report.sequence <= device.sequence:
        if report.sequence == device.sequence and report_digest(report) == device.report_digest:
            return
        raise ReportRefused(device.sequence)
    increases = differences(device.totals, report.totals)
    changes = _changes(device, report, now, increases["restarts"])
    for name, value in changes.items():
        setattr(device, name, value)
    device.save(update_fields=list(changes))
    DeviceEntry.objects.bulk_create(_entry(device, each, now) for each in report.events)
    _count(device, now, increases)
    for event in _events(device, report.events):
        append_event(device.organisation.stream, event)
    take_answers(device, report.answers, now)


def _changes(device: Device, report: Report, now: datetime, restarts: int) -> dict[str, Any]:
    """Returns the fields of the device that a report sets, with their values."""
    changes = reported_state(report, now)
    if changes["running_rune"] != device.running_rune or not device.self_test:
        # The server's verdict stays as long as the same rune runs.
        changes["self_test"] = report.self_test.value if report.self_test else ""
        changes["self_tested"] = now if report.self_test else None
    day = now.date()
    earlier = device.restarts if device.restarts_day == day else 0
    return changes | {"away_noticed": None, "restarts": min(earlier + restarts, LARGEST_COUNT), "restarts_day": day}


def _entry(device: Device, event: DeviceEvent, now: datetime) -> DeviceEntry:
    return DeviceEntry(
        device=device,
        kind=event.kind.value,
        at=time_of(event.at, now),
        received=now,
        version=event.version,
        rune=event.rune,
        seconds=None if event.seconds is None else min(event.seconds, LARGEST_COUNT),
        problem=event.problem.name.value if event.problem else "",
        problem_detail=event.problem.detail if event.problem else "",
    )


def _count(device: Device, now: datetime, increases: dict[str, int]) -> None:
    """Adds a report to the counts of its day. The device is locked, so that its row of the day is made once."""
    rows = DeviceDay.objects.filter(device=device, day=now.date())
    values = {"reports": 1, **increases}
    if not rows.update(**{name: F(name) + value for name, value in values.items()}):
        DeviceDay.objects.create(device=device, day=now.date(), **values)


def _events(device: Device, events: Sequence[DeviceEvent]) -> list[NewEvent]:
    """Returns the events of a report for members and webhooks: the last of each kind, however many there are."""
    last = {event.kind: event for event in events}
    new_events: list[NewEvent] = []
    if installed := last.get(EventKind.INSTALLED):
        new_events.append(DEVICE_INSTALLED(device=str(device.pk), name=device.name, version=installed.version))
    if fell_back := last.get(EventKind.FELL_BACK):
        problem = fell_back.problem.name.value if fell_back.problem else ""
        event = DEVICE_FELL_BACK(device=str(device.pk), name=device.name, version=fell_back.version, problem=problem)
        new_events.append(event)
    return new_events
