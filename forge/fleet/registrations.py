"""The hooks that devices register with lower floors, and their periodic work."""

from __future__ import annotations

import time
from collections.abc import Collection
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from forge.accounts.models import Organisation
from forge.accounts.quotas.limits import QuotaResource
from forge.accounts.quotas.usage import Counts, organisation_counts
from forge.core.processes.periodic import PeriodicTask, RunsIn, register
from forge.fleet.devices.expired_requests import expire_requests
from forge.fleet.devices.quota import devices_in_service
from forge.fleet.devices.seen import WRITTEN_EVERY, write_seen
from forge.fleet.doorbell.ringing import EVERY as RING_EVERY
from forge.fleet.doorbell.ringing import ring_bells
from forge.fleet.groups.membership import assign_devices
from forge.fleet.hooks import devices_changed
from forge.fleet.periodic.away import LOOK_EVERY, tell_away
from forge.fleet.periodic.retention import delete_old
from forge.fleet.queries.remembered import forget
from forge.fleet.self_tests.job import SELF_TEST
from forge.jobs.kinds import register as register_kind


@organisation_counts.register
def devices_of(organisation: Organisation) -> Counts:
    """Returns how many devices an organisation has in service."""
    return {QuotaResource.DEVICES: devices_in_service(organisation)}


_started = time.monotonic()


def look_for_away() -> None:
    """Tells of devices that are away. A server that has just started saw nobody while it was off, and waits."""
    if time.monotonic() - _started >= LOOK_EVERY:
        tell_away(timezone.now())


@devices_changed.register
def choose_anew(organisation: Organisation, devices: Collection[UUID]) -> None:
    """Chooses what devices shall run, and counts groups anew, after something changed by which groups have them."""
    assign_devices(organisation, devices)
    forget(organisation.pk)


register_kind(SELF_TEST)
register(PeriodicTask("devices-seen", WRITTEN_EVERY, RunsIn.EACH_SERVER, "writes when devices were seen", write_seen))
register(PeriodicTask("devices-away", LOOK_EVERY, RunsIn.ONE_WORKER, "tells of devices that are away", look_for_away))
register(
    PeriodicTask(
        "device-requests", 3600, RunsIn.ONE_WORKER, "gives up what devices did not answer for days", expire_requests
    )
)
register(
    PeriodicTask(
        "device-reports", 3600, RunsIn.ONE_WORKER, "deletes old reports of devices", delete_old, deletes_old=True
    )
)
if settings.DEVICE_MQTT_URL:
    register(
        PeriodicTask(
            "doorbell", RING_EVERY, RunsIn.ONE_WORKER, "tells devices over MQTT that there is something new", ring_bells
        )
    )
