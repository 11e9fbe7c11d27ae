"""The facets of a device that people change."""

from __future__ import annotations

from forge.core.preconditions import Facet
from forge.fleet.devices.labels import labels_of
from forge.fleet.devices.models import Device, HandOver


def device_facets(device: Device) -> tuple[Facet, ...]:
    """Returns its name and note, its labels, whether it is in service, its key, and to whom it is offered. What it
    reports changes none of them."""
    offer = HandOver.objects.filter(device=device).values_list("to", "accepted").first()
    standing = [device.locked_out is not None, device.retired is not None]
    return (
        Facet("settings", [device.name, device.note], "The device's name or note changed."),
        Facet("labels", sorted(labels_of(device).items()), "The device has other labels."),
        Facet("standing", standing, "The device was locked out, let in or retired."),
        Facet("key", device.fingerprint, "The device has another key."),
        Facet("offer", offer and [str(offer[0]), offer[1] is not None], "An offer of the device was made or ended."),
    )
