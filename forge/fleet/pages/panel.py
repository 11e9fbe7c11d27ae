"""The panel of a device: its state, timeline, keys, log, labels, and what may be done to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.utils import timezone

from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.core.preconditions import etag_of
from forge.fleet.access import days_of, requests_of, timeline_of
from forge.fleet.devices.etag_facets import device_facets
from forge.fleet.devices.labels import labels_of, labels_text
from forge.fleet.devices.models import ClaimedWith, Device, DeviceDay, DeviceEntry, DeviceRequest
from forge.fleet.groups.models import Assignment
from forge.fleet.groups.overlaps import overruled_assignments
from forge.fleet.hooks import device_rollout
from forge.fleet.pages.deployment_address import deployment_address
from forge.fleet.pages.sentences import CLAIMED_WITH, REQUESTS, TOTALS, TRUST, entry_text, problem_text
from forge.fleet.pages.standing import standing_of
from forge.fleet.pages.stock import STOCK_TRUST, has_stock_client
from forge.fleet.queries.fields import label_name
from forge.fleet.queries.syntax import QueryOperator, QueryTerm
from hmrd.protocol.enrolment import TrustKind
from hmrd.protocol.reports import EventKind
from hmrd.protocol.wanted import RequestKind

RECENT: Final = 8
"""Lines of the timeline beside the list."""
REQUESTS_SHOWN: Final = 10
LOG_DAYS: Final = 7
DAYS_SHOWN: Final = 30
CHART_HEIGHT: Final = 40

_GOOD = frozenset({EventKind.INSTALLED, EventKind.SELF_TEST})


@dataclass(frozen=True)
class TimelineLine:
    """A line of the timeline: what happened, more about it, and its mark, "good", "bad" or ""."""

    entry: DeviceEntry
    text: str
    detail: str
    mark: str


@dataclass(frozen=True)
class RequestLine:
    """A request to the device: what was asked, and what came of it."""

    request: DeviceRequest
    text: str
    outcome: str
    has_log: bool


@dataclass(frozen=True)
class OverruledGroup:
    """A group that a device is in, whose deployment does not reach it: the titles of both, and their pages."""

    title: str
    address: str
    deployment: str
    deployment_page: str


@dataclass(frozen=True)
class DayBar:
    """A day of the chart: its restarts, and the height of its bar."""

    day: date
    restarts: int
    has_report: bool
    start: int
    height: float

    @property
    def top(self) -> float:
        """The place of its upper edge."""
        return CHART_HEIGHT - self.height


def panel_context(actor: Actor, device: Device, timeline: Sequence[DeviceEntry] | None = None) -> dict[str, Any]:
    """Returns what a page shows of a device, found by `forge.fleet.access`; without a `timeline`, its last lines."""
    organisation = device.organisation
    may_read_logs = can(actor, Verb.READ_DEVICE_LOGS, organisation)
    requests = [request_line(each) for each in requests_of(device)[:REQUESTS_SHOWN]]
    entries = timeline_of(device)[:RECENT] if timeline is None else timeline
    answers_requests = not has_stock_client(device)
    trust_name, trust_meaning = TRUST[TrustKind(device.trust)] if answers_requests else STOCK_TRUST
    return {
        "device": device,
        "standing": standing_of(device, timezone.now()),
        "deployment_page": _deployment_page(device),
        "rollout": next((each for each in device_rollout.call(device) if each is not None), None),
        "overruled": [_overruled(organisation.name, each) for each in overruled_assignments(device)],
        "answers_requests": answers_requests,
        "labels": [(f"{key}={value}", _list_with(device, key, value)) for key, value in labels_of(device).items()],
        "labels_text": labels_text(labels_of(device)),
        "lines": [timeline_line(each) for each in entries],
        "requests": requests,
        "log": _newest_log(device, requests) if may_read_logs else None,
        "log_days": LOG_DAYS,
        "trust_name": trust_name,
        "trust_meaning": trust_meaning,
        "claimed_with": CLAIMED_WITH[ClaimedWith(device.claimed_with)],
        "totals": [(words, device.totals.get(name, 0)) for name, words in TOTALS.items()],
        "etag": etag_of(device_facets(device)),
        "may_change": can(actor, Verb.CHANGE_DEVICES, organisation),
        "may_lock_out": can(actor, Verb.LOCK_OUT_DEVICES, organisation),
        "may_read_logs": may_read_logs,
    }


def _deployment_page(device: Device) -> str:
    """Returns the address of the deployment that is for a device; "" without one."""
    if device.assignment is None or device.retired is not None:
        return ""
    return deployment_address(device.assignment.path)


def _overruled(organisation: str, other: Assignment) -> OverruledGroup:
    query = QueryTerm("group", QueryOperator.EQUALS, (other.group.name,))
    address = f"/{organisation}/devices?{urlencode({'q': str(query)})}"
    return OverruledGroup(other.group.title, address, other.title, deployment_address(other.path))


def _list_with(device: Device, key: str, value: str) -> str:
    """Returns the address of the list of devices with a label."""
    query = QueryTerm(label_name(key), QueryOperator.EQUALS, (value,))
    return f"/{device.organisation.name}/devices?{urlencode({'q': str(query)})}"


def timeline_line(entry: DeviceEntry) -> TimelineLine:
    """Returns an entry as its line."""
    problem = problem_text(entry.problem)
    details = [f"in {entry.seconds} s"] if entry.seconds is not None and problem is None else []
    if problem is not None:
        details = [f"{problem.title}: {entry.problem_detail or problem.happened}"]
    elif entry.kind == EventKind.SELF_TEST:
        details = ["same bits as approved", *details]
    is_bad = problem is not None or entry.kind == EventKind.FELL_BACK
    mark = "bad" if is_bad else "good" if entry.kind in _GOOD else ""
    return TimelineLine(entry, entry_text(entry.kind, entry.version), ", ".join(details), mark)


def request_line(request: DeviceRequest) -> RequestLine:
    """Returns a request as its line."""
    kind = RequestKind(request.kind)
    problem = problem_text(request.problem)
    if request.answered is None:
        outcome = "waits for the device"
    elif problem is not None:
        outcome = f"{problem.title}: {request.problem_detail or problem.happened}"
    else:
        outcome = "done"
    has_log = kind is RequestKind.LOG and request.answered is not None and problem is None
    return RequestLine(request, REQUESTS[kind], outcome, has_log)


def _newest_log(device: Device, lines: Sequence[RequestLine]) -> DeviceRequest | None:
    """Returns the last answered log that is still kept."""
    line = next((each for each in lines if each.has_log), None)
    request = line and device.requests.filter(pk=line.request.pk).first()
    return request if request and request.log else None


def day_bars(device: Device, today: date) -> tuple[DayBar, ...]:
    """Returns the restarts of the last days, the oldest first. A day without a report has a bar of no height."""
    first = today - timedelta(days=DAYS_SHOWN - 1)
    rows: dict[date, DeviceDay] = {each.day: each for each in days_of(device).filter(day__gte=first)}
    most = max((each.restarts for each in rows.values()), default=0) or 1
    return tuple(
        DayBar(
            day,
            rows[day].restarts if day in rows else 0,
            day in rows,
            start=10 * index,
            height=round(CHART_HEIGHT * rows[day].restarts / most, 1) if day in rows else 0,
        )
        for index, day in enumerate(first + timedelta(days=index) for index in range(DAYS_SHOWN))
    )
