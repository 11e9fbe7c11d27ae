"""The days of devices as arrays, from the documents that they sent. Hours count in no alert."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from forge.fleet.models import Device, DeviceLabel
from forge.telemetry.intake.models import WHOLE_DAY, DeviceCounts, WatchedRune
from hmrd.protocol.counts import CountsDocument
from rune.assessment.drift.fleet_days import FleetDays
from rune.watch.counts import Counts
from rune.watch.encoding import decode

BOARD = "board"


@dataclass(frozen=True)
class FieldDays:
    """The days of the devices of a rune, and what each device is: its labels and its board, by its name."""

    fleet: FleetDays
    attributes: Mapping[str, Mapping[str, str]]


def field_days(rune: WatchedRune, last: date, day_count: int) -> FieldDays:
    """Returns the days of a rune's devices that end with `last`. A device that sent nothing is not there."""
    rows = DeviceCounts.objects.filter(
        watched=rune, day__gt=last - timedelta(days=day_count), day__lte=last, hour=WHOLE_DAY
    )
    reports: dict[UUID, dict[int, Counts]] = defaultdict(dict)
    layout = rune.layout
    for device, day, document in rows.values_list("device", "day", "document").iterator(10_000):
        reports[device][day.toordinal()] = decode(CountsDocument.read(bytes(document)).counts, layout)
    names = dict(Device.objects.filter(pk__in=reports).values_list("pk", "name"))
    by_name = {names[device]: days for device, days in reports.items() if device in names}
    fleet = FleetDays.of(layout, by_name, last.toordinal(), day_count)
    return FieldDays(fleet, _attributes(names))


def _attributes(names: Mapping[UUID, str]) -> Mapping[str, Mapping[str, str]]:
    attributes = {
        name: {BOARD: board} for name, board in Device.objects.filter(pk__in=names).values_list("name", "board")
    }
    labels = DeviceLabel.objects.filter(device__in=names)
    for device, key, value in labels.values_list("device", "key", "value"):
        attributes[names[device]][key] = value
    return attributes
