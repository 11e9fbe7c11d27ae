"""The row of a device that goes to another organisation, and what it takes along."""

from __future__ import annotations

from django.utils import timezone

from forge.accounts.models import of_living_tokens
from forge.accounts.permissions import Verb, can
from forge.fleet.devices.models import Device, HandOver
from forge.fleet.devices.names import new_name
from forge.fleet.devices.trust import trusted_fingerprints
from forge.fleet.enrolment.models import ClaimCode
from forge.fleet.hooks import device_handed_over
from hmrd.protocol.enrolment import TrustKind
from hmrd.protocol.reports import Phase

_OF_THE_GIVER = ("labels", "entries", "requests", "days")
"""The rows of the former organisation about the device, of which the next one sees none."""
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


def is_backed(offer: HandOver) -> bool:
    """Returns whether the person who offered a device may still hand it over, and their token lives if one did it."""
    lives = HandOver.objects.filter(of_living_tokens("offered_by_token"), pk=offer.pk).exists()
    maker = offer.offered_by
    return (
        lives and maker is not None and maker.is_active and can(maker, Verb.LOCK_OUT_DEVICES, offer.device.organisation)
    )


def move_row(device: Device, offer: HandOver) -> Device:
    """Moves the row of a device to the organisation that accepted it, without anything of the former one."""
    for related in _OF_THE_GIVER:
        getattr(device, related).all().delete()
    device_handed_over.call(device)
    ClaimCode.objects.filter(device=device).update(device=None)
    name_is_used = Device.objects.filter(organisation=offer.to, name=offer.name).exists()
    device.organisation, device.note = offer.to, ""
    device.name = new_name(offer.to) if name_is_used else offer.name
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
