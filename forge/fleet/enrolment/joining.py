"""A device joins an organisation, in whichever way: the one place that makes a row of it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.fleet.devices.actions.joined import announce_joined
from forge.fleet.devices.labels import Labels, store_labels
from forge.fleet.devices.models import ClaimedWith, Device
from forge.fleet.devices.names import new_name, require_free_name
from forge.fleet.devices.quota import require_room_for_device
from forge.fleet.devices.reported import reported_state
from forge.fleet.devices.trust import trusted_fingerprints
from forge.fleet.enrolment.models import DeviceBatch
from forge.fleet.errors import DeviceKeyInUse
from forge.fleet.hooks import devices_changed
from hmrd.protocol.enrolment import TrustKind
from hmrd.protocol.reports import Report


@transaction.atomic
def join(
    *,
    organisation: Organisation,
    public_key: str | None,
    name: str,
    report: Report,
    labels: Labels,
    note: str,
    trust: TrustKind,
    claimed_with: ClaimedWith,
    claimed_by: User | None,
    batch: DeviceBatch | None = None,
) -> Device:
    """Makes the device, whose state is that of its first report, and says so in its timeline and the audit log.

    The caller has compared the code, the label or the certificate, and the labels were checked with it. Without a name
    it gets one. Raises `DeviceQuotaReached`, `BadDeviceName`, `DeviceNameInUse`, `DeviceKeyInUse` and `NoKeyAtHome`.
    """
    require_room_for_device(organisation)
    if public_key is not None and Device.objects.filter(public_key=public_key).exists():
        raise DeviceKeyInUse
    now = timezone.now()
    device = Device.objects.create(
        organisation=organisation,
        name=require_free_name(organisation, name) if name else new_name(organisation),
        note=note,
        public_key=public_key,
        trust=trust.value,
        trusted_keys=trusted_fingerprints(organisation, trust),
        claimed=now,
        claimed_with=claimed_with,
        claimed_by=claimed_by,
        batch=batch,
        **reported_state(report, now),
    )
    store_labels(device, labels)
    announce_joined(device, claimed_by)
    devices_changed.call(organisation, [device.pk])
    return device
