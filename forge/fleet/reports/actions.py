"""The actions of a device itself: it leaves its organisation, and it replaces its key.

No person acts: the device's key was compared, and the installation writes it down.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from forge.accounts.principals import INSTALLATION
from forge.core.audit.entries import write_entry
from forge.core.events.log import append_event
from forge.fleet.devices.announcements import changed_event
from forge.fleet.devices.models import Device, HandOver, PersonEntry
from forge.fleet.devices.requests import end_requests
from forge.fleet.devices.timeline import write_line
from forge.fleet.errors import DeviceKeyInUse
from forge.fleet.hooks import devices_changed
from hmrd.protocol.keys import fingerprint


@transaction.atomic
def leave(device: Device) -> None:
    """Takes a device out of service that leaves by itself, as a person at it decided. One that was retired before has
    done what it was asked for."""
    row = Device.objects.select_related("organisation").select_for_update(of=("self",)).get(pk=device.pk)
    end_requests(row)
    if row.retired is not None:
        return
    row.retired = timezone.now()
    row.save(update_fields=["retired"])
    HandOver.objects.filter(device=row).delete()
    write_line(row, PersonEntry.RETIRED, None)
    write_entry(INSTALLATION, "device.left", row.subject, row.organisation.place, device=row.name)
    append_event(row.organisation.stream, changed_event(row, PersonEntry.RETIRED))
    devices_changed.call(row.organisation, [row.pk])


@transaction.atomic
def replace_key(device: Device, public_key: str) -> None:
    """Gives a device another key. The former one is refused from now on. Raises `DeviceKeyInUse`."""
    if device.public_key == public_key:
        # The answer to the first request was lost.
        return
    try:
        with transaction.atomic():
            Device.objects.filter(pk=device.pk).update(public_key=public_key)
    except IntegrityError:
        raise DeviceKeyInUse from None
    write_entry(
        INSTALLATION,
        "device.key",
        device.subject,
        device.organisation.place,
        device=device.name,
        former_key=device.fingerprint,
        fingerprint=fingerprint(public_key),
    )
