"""The hooks that devices register with lower floors, and their periodic work."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from forge.accounts.models import Organisation
from forge.accounts.quotas.limits import QuotaResource
from forge.accounts.quotas.usage import Counts, organisation_counts
from forge.fleet.devices.quota import devices_in_service
from forge.fleet.groups.membership import assign_devices
from forge.fleet.hooks import devices_changed


@organisation_counts.register
def devices_of(organisation: Organisation) -> Counts:
    """Returns how many devices an organisation has in service."""
    return {QuotaResource.DEVICES: devices_in_service(organisation)}


@devices_changed.register
def choose_anew(organisation: Organisation, devices: Collection[UUID]) -> None:
    """Chooses what devices shall run, after something changed by which groups have them."""
    assign_devices(organisation, devices)
