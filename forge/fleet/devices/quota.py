"""The quota of devices: how many of an organisation are in service."""

from __future__ import annotations

from forge.accounts.models import Organisation
from forge.accounts.quotas.limits import QuotaResource, limit_of, locked
from forge.fleet.devices.models import Device
from forge.fleet.errors import DeviceQuotaReached


def devices_in_service(organisation: Organisation) -> int:
    """Returns the number of devices that were not retired."""
    return Device.objects.filter(organisation=organisation).in_service().count()


def require_room_for_device(organisation: Organisation) -> None:
    """Locks the organisation to the end of the transaction, and raises `DeviceQuotaReached` where it has as many
    devices as it may."""
    limit = limit_of(locked(organisation).stream, QuotaResource.DEVICES)
    if devices_in_service(organisation) >= limit:
        raise DeviceQuotaReached(limit)
