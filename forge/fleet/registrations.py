"""The hooks that devices register with lower floors, and their periodic work."""

from __future__ import annotations

from forge.accounts.models import Organisation
from forge.accounts.quotas.limits import QuotaResource
from forge.accounts.quotas.usage import Counts, organisation_counts
from forge.fleet.devices.quota import devices_in_service


@organisation_counts.register
def devices_of(organisation: Organisation) -> Counts:
    """Returns how many devices an organisation has in service."""
    return {QuotaResource.DEVICES: devices_in_service(organisation)}
