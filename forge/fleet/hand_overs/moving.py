"""The row of a device that goes to another organisation, and what it takes along."""

from __future__ import annotations

from django.utils import timezone

from forge.fleet.devices.models import Device, HandOver
from forge.fleet.devices.names import new_name
from forge.fleet.devices.trust import trusted_fingerprints
from forge.fleet.enrolment.models import ClaimCode
from hmrd.protocol.enrolment import TrustKind
from hmrd.protocol.reports import Phase

_OF_THE_GIVER = ("labels", "entries", "requests", "days")
"""What the device did in the former organisation, and what members wrote there: the next one sees none of it."""
_NOTHING_RUNS = {
    "phase": Phase.EMPTY.value,
    "running_deployment": "",
    "running_number": 0,
    "running_version": "",
    "running_rune": "",
    "other_version": "",
    "other_rune": "",
    "self_test": "",
    "self_tested": None,
    "problem": "",
    "problem_detail": "",
}


def move_row(device: Device, offer: HandOver) -> Device:
    """Moves the row of a device to the organisation that accepted it, without anything of the former one."""
    for related in _OF_THE_GIVER:
        getattr(device, related).all().delete()
    ClaimCode.objects.filter(device=device).update(device=None)
    is_taken = Device.objects.filter(organisation=offer.to, name=offer.name).exists()
    device.organisation, device.note = offer.to, ""
    device.name = new_name(offer.to) if is_taken else offer.name
    device.trust = offer.trust
    device.trusted_keys = trusted_fingerprints(offer.to, TrustKind(offer.trust))
    device.claimed, device.claimed_by, device.batch = timezone.now(), offer.accepted_by, None
    device.assignment = None
    device.revision += 1
    for field, value in _NOTHING_RUNS.items():
        setattr(device, field, value)
    device.save()
    offer.delete()
    return device
