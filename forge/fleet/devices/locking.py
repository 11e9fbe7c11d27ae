"""Locking a device for an act, and what an act needs of it."""

from __future__ import annotations

from forge.core.errors import NotFound
from forge.fleet.devices.models import Device
from forge.fleet.errors import NotInService


def lock_device(device: Device) -> Device:
    """Returns a device as it is now, locked to the end of the transaction. Raises `NotFound` for one that was deleted,
    or went to another organisation meanwhile."""
    rows = Device.objects.select_for_update(of=("self",)).select_related("organisation")
    row = rows.filter(pk=device.pk, organisation=device.organisation_id).first()
    if row is None:
        raise NotFound("The organisation has no such device.")
    return row


def require_in_service(device: Device) -> None:
    """Raises `NotInService` for a device that was retired or locked out: it gets no answer to its polls."""
    if device.retired is not None:
        raise NotInService(f"{device.name} was retired. Nothing is asked of it any more.")
    if device.locked_out is not None:
        raise NotInService(f"{device.name} is locked out, so it cannot hear this. Let it in first.")


def require_not_retired(device: Device) -> None:
    """Raises `NotInService` for a device that was retired."""
    if device.retired is not None:
        raise NotInService(f"{device.name} was retired. Delete it, or claim it again on the device.")
