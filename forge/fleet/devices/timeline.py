"""The lines of a device's timeline that people write."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from forge.fleet.devices.models import Device, DeviceEntry, PersonEntry


def write_line(device: Device, kind: PersonEntry, person: Any) -> DeviceEntry:
    """Writes a line. `person` is a user, or None where the server acted."""
    now = timezone.now()
    return DeviceEntry.objects.create(device=device, kind=kind, at=now, received=now, person=person)
