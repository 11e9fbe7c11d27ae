"""Rows of a list of devices, in two orders, as JSON and as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Annotated, Any, TypedDict

from django.db.models.functions import Coalesce

from forge.accounts.audit.export import safe_cell
from forge.core.api.json_types import Timestamp, Uuid, choices
from forge.fleet.devices.labels import labels_of
from forge.fleet.devices.releases import release_of
from forge.fleet.models import Device, DeviceQuerySet
from forge.fleet.queries.conditions import QueryScope
from forge.fleet.queries.matching import matching, parse_query

BATCH = 1000
"""Devices that are held at once."""
COLUMNS = (
    "name",
    "note",
    "labels",
    "board",
    "agent",
    "seen",
    "phase",
    "running_deployment",
    "running",
    "wanted",
    "self_test",
    "problem",
    "restarts_today",
    "locked_out",
    "retired",
)


class DeviceOrder(StrEnum):
    """The order of a list of devices."""

    NAME = "name"
    SEEN = "seen"
    """The device that was seen last comes first; one that was never seen counts from when it joined."""


ORDERINGS = {DeviceOrder.NAME: ("name",), DeviceOrder.SEEN: ("-last_seen", "name")}


class DeviceRowJson(TypedDict):
    """A device in a list. Its own address says more."""

    id: Uuid
    name: str
    note: str
    labels: dict[str, str]
    board: str
    agent: str
    seen: Annotated[Timestamp | None, "its last poll or report"]
    phase: str
    running: Annotated[str | None, "the version that it runs; null while nothing runs"]
    running_deployment: Annotated[str, "such as `acme/door-knock/gateways`; empty if it was deployed on the device"]
    wanted: Annotated[str | None, "the version that it shall run; null while no deployment is for it"]
    as_wanted: Annotated[bool | None, "whether it runs what is wanted; null while nothing is"]
    self_test: Annotated[str, "the outcome of its last self-test; empty before the first"]
    self_tested: Timestamp | None
    problem: Annotated[str, "the name of the problem that it reports; empty without one"]
    restarts_today: int
    locked_out: Annotated[Timestamp | None, "since when its key is refused"]
    retired: Timestamp | None


class DevicePageJson(TypedDict):
    """A page of a list of devices; `next` and `previous` are addresses."""

    count: Annotated[int, "how many devices match"]
    next: str | None
    previous: str | None
    results: list[DeviceRowJson]


DeviceOrderJson = Annotated[str, choices("DeviceOrder", [each.value for each in DeviceOrder])]


def listed(text: str, scope: QueryScope) -> DeviceQuerySet:
    """Returns the devices that match a query, with what a list shows. Raises `BadQuery`."""
    devices = matching(parse_query(text), scope).select_related("assignment").prefetch_related("labels")
    return devices.annotate(last_seen=Coalesce("seen", "claimed"))


def row_to_json(device: Device, scope: QueryScope) -> DeviceRowJson:
    """Returns a device of a list."""
    release = release_of(device)
    return {
        "id": str(device.pk),
        "name": device.name,
        "note": device.note,
        "labels": labels_of(device),
        "board": device.board,
        "agent": device.agent,
        "seen": _time(device.seen),
        "phase": device.phase,
        "running": device.running_version if device.running_rune else None,
        "running_deployment": device.running_deployment,
        "wanted": release.version if release else None,
        "as_wanted": release.rune == device.running_rune if release and release.rune else None,
        "self_test": device.self_test,
        "self_tested": _time(device.self_tested),
        "problem": device.problem,
        "restarts_today": device.restarts if device.restarts_day == scope.now.date() else 0,
        "locked_out": _time(device.locked_out),
        "retired": _time(device.retired),
    }


def table_of(text: str, scope: QueryScope) -> Iterator[str]:
    """Yields the pieces of a table of the devices that match, by name. Each piece is a query of its own, so that none
    stays open. Raises `BadQuery` at once."""
    return csv_pieces(listed(text, scope), COLUMNS, lambda device: _cells(row_to_json(device, scope)))


def csv_pieces(
    devices: DeviceQuerySet, heading: Sequence[str], cells: Callable[[Device], Iterable[str]]
) -> Iterator[str]:
    """Yields the pieces of a table with a line for each device, by name."""
    devices = devices.order_by("name")
    yield _lines([heading])
    batch = list(devices[:BATCH])
    while batch:
        yield _lines([cells(each) for each in batch])
        batch = list(devices.filter(name__gt=batch[-1].name)[:BATCH])


def _cells(row: DeviceRowJson) -> tuple[str, ...]:
    values: dict[str, Any] = {**row, "labels": " ".join(f"{key}={value}" for key, value in row["labels"].items())}
    return tuple("" if values[column] is None else str(values[column]) for column in COLUMNS)


def _lines(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue()


def _time(moment: Any) -> Timestamp | None:
    return moment.isoformat() if moment else None
