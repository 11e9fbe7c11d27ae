"""A device joined: its timeline, the audit log and the members hear of it."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from forge.accounts.models import User
from forge.accounts.principals import INSTALLATION
from forge.core.audit.entries import write_entry
from forge.core.events.log import append_event
from forge.fleet.devices.announcements import changed_event
from forge.fleet.devices.models import ClaimedWith, Device, PersonEntry
from forge.fleet.devices.timeline import write_line

_MEANS: Mapping[str, str] = {
    ClaimedWith.CODE: "a code",
    ClaimedWith.LABEL: "a label",
    ClaimedWith.BATCH: "a batch certificate",
    ClaimedWith.STOCK: "an account",
}


@transaction.atomic
def announce_joined(device: Device, claimed_by: User | None) -> None:
    """Tells that a device joined, in the transaction that made it. The device acted, with what `claimed_by` made or
    confirmed."""
    write_line(device, PersonEntry.CLAIMED, claimed_by)
    write_entry(
        INSTALLATION,
        "device.join",
        device.subject,
        device.organisation.place,
        device=device.name,
        means=_MEANS[device.claimed_with],
        member=str(claimed_by.pk) if claimed_by else "",
        fingerprint=device.fingerprint,
    )
    append_event(device.organisation.stream, changed_event(device, PersonEntry.CLAIMED))
