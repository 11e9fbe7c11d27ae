"""Reading the documents of devices."""

from __future__ import annotations

from forge.fleet.models import Device
from forge.telemetry.intake.models import DeviceCounts


def last_document_of(device: Device) -> DeviceCounts | None:
    """Returns the last document of a device that the caller has found; None of one that sent none."""
    rows = DeviceCounts.objects.filter(device=device).select_related("watched")
    return rows.order_by("-day", "-hour", "-id").first()
