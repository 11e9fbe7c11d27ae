"""The devices that run some runes, or have them in the second slot."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, TypedDict
from uuid import UUID

from django.db.models import Count, Q

from forge.core.api.json_types import Timestamp, Uuid
from forge.fleet.models import Device, DeviceLabel, DeviceQuerySet
from forge.fleet.queries import health
from hmrd.protocol.reports import SelfTestOutcome

BATCH: Final = 10_000
"""Devices of which a file has the lines at once."""
VALUES: Final = (
    "pk",
    "name",
    "note",
    "board",
    "running_rune",
    "running_version",
    "running_deployment",
    "other_rune",
    "other_version",
    "self_test",
    "self_tested",
    "seen",
    "locked_out",
    "assignment__group__title",
)


@dataclass(frozen=True)
class RuneDevices:
    """The devices that run a rune, and those that have it in the second slot."""

    running: int
    second: int


@dataclass(frozen=True)
class ExposedCounts:
    """The devices of an answer. A device counts once in each number."""

    devices: int
    running: int
    second_only: int
    """Devices that have one of the runes in the second slot, and run none of them: they may go back to it."""
    unreachable: int
    """Devices of them that were not seen for a day, or are locked out."""
    failed_self_test: int
    hidden: int
    """Further devices that have a rune of a project that the person may not read."""


class ExposedDeviceJson(TypedDict):
    """A device that has a rune of the answer."""

    id: Uuid
    name: str
    note: str
    group: Annotated[str, "the group whose deployment it is for; empty without one"]
    labels: dict[str, str]
    board: str
    slot: Annotated[str, "`running`, or `second` if it can go back to the rune"]
    rune: Annotated[str, "the digest of the rune"]
    version: str
    deployment: Annotated[str, "the deployment of what it runs, such as `acme/door-knock/gateways`; empty without one"]
    self_test: Annotated[str, "the outcome of its last self-test; empty before the first"]
    self_tested: Timestamp | None
    seen: Timestamp | None
    reachable: Annotated[bool, "whether it was seen within a day and is not locked out"]


DeviceValues = Mapping[str, Any]
"""A row of `exposed_devices(...)` with the columns `VALUES`."""


def devices_by_rune(organisation: UUID) -> Mapping[str, RuneDevices]:
    """Returns the devices of each rune that devices in service have, by its digest. Two queries."""
    devices = Device.objects.in_service().filter(organisation=organisation).order_by()
    running, second = (
        dict(devices.exclude(**{field: ""}).values_list(field).annotate(devices=Count("pk")))
        for field in ("running_rune", "other_rune")
    )
    return {rune: RuneDevices(running.get(rune, 0), second.get(rune, 0)) for rune in running.keys() | second.keys()}


def exposed_devices(organisation: UUID, runes: Collection[str]) -> DeviceQuerySet:
    """Returns the devices in service that run one of some runes, or have it in the second slot."""
    devices = Device.objects.in_service().filter(organisation=organisation)
    return devices.filter(_has_one(runes)).order_by("name")


def count_devices(
    organisation: UUID, runes: Collection[str], hidden_runes: Collection[str], now: datetime
) -> ExposedCounts:
    """Returns the numbers of devices that have some runes, or of others only runes that are hidden. Two queries."""
    running = Q(running_rune__in=runes)
    counts = exposed_devices(organisation, runes).aggregate(
        devices=Count("pk"),
        running=Count("pk", filter=running),
        second_only=Count("pk", filter=~running),
        unreachable=Count("pk", filter=unreachable(now)),
        failed_self_test=Count("pk", filter=Q(self_test=SelfTestOutcome.FAILED)),
    )
    others = exposed_devices(organisation, hidden_runes).exclude(_has_one(runes))
    return ExposedCounts(**counts, hidden=others.count() if hidden_runes else 0)


def unreachable(now: datetime) -> Q:
    """Returns the condition of devices that no change of what they run reaches for now."""
    return health.away(now) | health.locked_out(now)


def rows_of_devices(rows: Collection[DeviceValues], runes: Collection[str], now: datetime) -> list[ExposedDeviceJson]:
    """Returns devices of an answer as JSON. One query, for their labels."""
    labels: dict[UUID, dict[str, str]] = {}
    of_devices = DeviceLabel.objects.filter(device__in=[row["pk"] for row in rows])
    for device, key, value in of_devices.order_by("key").values_list("device", "key", "value"):
        labels.setdefault(device, {})[key] = value
    return [_device(row, labels.get(row["pk"], {}), runes, now) for row in rows]


def all_rows(organisation: UUID, runes: Collection[str], now: datetime) -> Iterator[list[ExposedDeviceJson]]:
    """Yields all devices that have some runes, by name, some at a time. Each batch is a query of its own, so that none
    stays open."""
    devices = exposed_devices(organisation, runes).values(*VALUES)
    batch = list(devices[:BATCH]) if runes else []
    while batch:
        yield rows_of_devices(batch, runes, now)
        batch = list(devices.filter(name__gt=batch[-1]["name"])[:BATCH])


def _has_one(runes: Collection[str]) -> Q:
    return Q(running_rune__in=runes) | Q(other_rune__in=runes)


def _device(row: DeviceValues, labels: dict[str, str], runes: Collection[str], now: datetime) -> ExposedDeviceJson:
    is_running = row["running_rune"] in runes
    is_seen = row["seen"] is not None and now - row["seen"] < health.AWAY_AFTER
    return {
        "id": str(row["pk"]),
        "name": row["name"],
        "note": row["note"],
        "group": row["assignment__group__title"] or "",
        "labels": labels,
        "board": row["board"],
        "slot": "running" if is_running else "second",
        "rune": row["running_rune"] if is_running else row["other_rune"],
        "version": row["running_version"] if is_running else row["other_version"],
        "deployment": row["running_deployment"],
        "self_test": row["self_test"],
        "self_tested": row["self_tested"].isoformat() if row["self_tested"] else None,
        "seen": row["seen"].isoformat() if row["seen"] else None,
        "reachable": is_seen and row["locked_out"] is None,
    }
