"""Writes labels of many devices, with the lines of their timelines. What is already so is not written again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from forge.accounts.models import Organisation
from forge.fleet.bulk.label_table import DeviceLabelChange
from forge.fleet.devices.models import PersonEntry
from forge.fleet.errors import TooManyLabels
from forge.fleet.hooks import devices_changed
from forge.fleet.models import DeviceEntry, DeviceLabel
from hmrd.protocol.names import MOST_LABELS

T = TypeVar("T")
BATCH = 2000
"""Rows that one statement names."""


@dataclass(frozen=True)
class LabelledDevice:
    """A device whose labels change: those that it has, and those that it gets."""

    id: UUID
    name: str
    before: Mapping[str, str]
    after: Mapping[str, str]


def label_differences(names: Mapping[UUID, str], changes: Mapping[UUID, DeviceLabelChange]) -> list[LabelledDevice]:
    """Returns the devices whose labels differ after the changes. Raises `TooManyLabels`."""
    before: dict[UUID, dict[str, str]] = {identifier: {} for identifier in changes}
    for chunk in chunks(changes):
        for device, key, value in DeviceLabel.objects.filter(device__in=chunk).values_list("device", "key", "value"):
            before[device][key] = value
    devices = [
        LabelledDevice(each, names[each], before[each], change.applied_to(before[each]))
        for each, change in changes.items()
    ]
    if full := next((each for each in devices if len(each.after) > MOST_LABELS), None):
        raise TooManyLabels(full.name, len(full.after), MOST_LABELS)
    return [each for each in devices if each.before != each.after]


def store_differences(organisation: Organisation, devices: Sequence[LabelledDevice], person: Any) -> None:
    """Writes the labels of devices, whose rows are locked, and chooses anew what they shall run."""
    for chunk in chunks(devices):
        removals = [(each.id, key) for each in chunk for key in each.before.keys() - each.after.keys()]
        for key in {key for _, key in removals}:
            owners = [identifier for identifier, name in removals if name == key]
            DeviceLabel.objects.filter(Q(device__in=owners), key=key).delete()
        DeviceLabel.objects.bulk_create(
            [
                DeviceLabel(device_id=each.id, organisation=organisation, key=key, value=value)
                for each in chunk
                for key, value in each.after.items()
                if each.before.get(key) != value
            ],
            BATCH,
            update_conflicts=True,
            unique_fields=["device", "key"],
            update_fields=["value"],
        )
    write_lines((each.id for each in devices), PersonEntry.LABELS, person)
    devices_changed.call(organisation, [each.id for each in devices])


def write_lines(devices: Iterable[UUID], kind: PersonEntry, person: Any) -> None:
    """Writes the same line into the timelines of devices."""
    now = timezone.now()
    lines = (DeviceEntry(device_id=each, kind=kind, at=now, received=now, person=person) for each in devices)
    for chunk in chunks(lines):
        DeviceEntry.objects.bulk_create(chunk)


def chunks(items: Iterable[T]) -> Iterator[list[T]]:
    """Yields some items at a time."""
    rest = iter(items)
    while chunk := list(islice(rest, BATCH)):
        yield chunk
