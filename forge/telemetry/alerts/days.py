"""The days of devices as arrays, from the documents that they sent. Hours count in no alert."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Final
from uuid import UUID

from forge.fleet.models import Device, DeviceLabel
from forge.telemetry.intake.models import WHOLE_DAY, DeviceCounts, WatchedRune
from hmrd.protocol.counts import HEADER_SIZE, UNSIGNED_SIZE
from rune.assessment.drift.fleet_days import FleetDays

BOARD: Final = "board"
_CHUNK: Final = 10_000
"""Documents that are in memory at once."""


@dataclass(frozen=True)
class FieldDays:
    """The days of the devices of a rune, and what each device is: its labels and its board, by its name."""

    fleet: FleetDays
    attributes: Mapping[str, Mapping[str, str]]


def field_days(rune: WatchedRune, last: date, day_count: int) -> FieldDays:
    """Returns the days of a rune's devices that end with `last`. A device that sent nothing is not there. Documents are
    read some at a time, into an array."""
    rows = DeviceCounts.objects.filter(
        watched=rune, day__gt=last - timedelta(days=day_count), day__lte=last, hour=WHOLE_DAY
    ).order_by()
    devices = Device.objects.filter(pk__in=rows.values("device")).order_by("pk")
    names = dict(devices.values_list("pk", "name"))
    places = {device: place for place, device in enumerate(names)}
    layout = rune.layout
    fleet = FleetDays.empty(layout, list(names.values()), last.toordinal(), day_count)
    documents = rows.values_list("device", "day", "document").iterator(_CHUNK)
    while chunk := list(islice(documents, _CHUNK)):
        # A device that came since has no name here; its days are judged tomorrow.
        present = [(places[device], day.toordinal(), data) for device, day, data in chunk if device in places]
        fleet.put(
            layout,
            [place for place, _, _ in present],
            [day for _, day, _ in present],
            [bytes(data[HEADER_SIZE:UNSIGNED_SIZE]) for _, _, data in present],
        )
    return FieldDays(fleet, _attributes(names))


def _attributes(names: Mapping[UUID, str]) -> Mapping[str, Mapping[str, str]]:
    attributes = {
        name: {BOARD: board} for name, board in Device.objects.filter(pk__in=names).values_list("name", "board")
    }
    labels = DeviceLabel.objects.filter(device__in=names)
    for device, key, value in labels.values_list("device", "key", "value"):
        attributes[names[device]][key] = value
    return attributes
