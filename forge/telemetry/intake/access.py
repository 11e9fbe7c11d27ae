"""Reading the documents of devices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from forge.deployments.models import Deployment
from forge.fleet.models import Device
from forge.telemetry.intake.models import WHOLE_DAY, DeviceCounts, WatchedRune


def last_document_of(device: Device) -> DeviceCounts | None:
    """Returns the last document of a device that the caller has found; None of one that sent none."""
    rows = DeviceCounts.objects.filter(device=device).select_related("watched")
    return rows.order_by("-day", "-hour", "-received").first()


def document_of_day(deployment: Deployment, day: date) -> DeviceCounts | None:
    """Returns a document for a day of one of a deployment's devices, with the device. The caller has found the
    deployment."""
    rows = DeviceCounts.objects.filter(watched__deployment=deployment, day=day, hour=WHOLE_DAY)
    return rows.select_related("device__organisation").order_by("-received").first()


def watched_runes_of(deployment: Deployment) -> Sequence[WatchedRune]:
    """Returns the runes of a deployment of which something was counted, the first one first. The caller has found the
    deployment."""
    return list(WatchedRune.objects.filter(deployment=deployment).order_by("id"))
