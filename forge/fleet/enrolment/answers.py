"""The answer to a device that has joined: its name, its organisation, and whom it believes."""

from __future__ import annotations

from django.conf import settings

from forge.fleet.devices.trust import pinned_keys
from forge.fleet.hooks import first_root
from forge.fleet.models import Device
from hmrd.protocol.enrolment import Enrolment, TrustAnchor, TrustKind


def enrolment_of(device: Device) -> Enrolment:
    """Returns the answer to a device that joined, now or before."""
    organisation, kind = device.organisation, TrustKind(device.trust)
    keys = pinned_keys(organisation.pk, device.trusted_keys) if kind is TrustKind.HOME else []
    roots = [root for root in first_root.call(organisation) if root]
    return Enrolment(
        device=str(device.pk),
        name=device.name,
        organisation=organisation.name,
        trust=TrustAnchor(kind, roots[0] if roots else None, tuple(keys)),
        interval=settings.DEVICE_POLL_SECONDS,
    )
