"""Ends requests that a device never answered, so that one that comes back is not asked for what is old."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from forge.fleet.models import Device, DeviceQuerySet, DeviceRequest
from hmrd.protocol.wanted import RequestKind

NO_ANSWER = "The device did not answer."
"""The detail of a request that has expired; it has no name of a problem."""
_AFTER = timedelta(days=7)
_LASTING = frozenset({RequestKind.HAND_OVER, RequestKind.LEAVE})
"""The requests that stay however long a device is away."""


def expire_requests(now: datetime | None = None) -> None:
    """Ends the requests that no device answered for days."""
    now = now or timezone.now()
    rows = DeviceRequest.objects.filter(answered=None, created__lt=now - _AFTER).exclude(kind__in=_LASTING)
    devices: DeviceQuerySet = Device.objects.filter(pk__in=list(rows.values_list("device", flat=True)))
    if rows.update(answered=now, problem_detail=NO_ANSWER):
        devices.update(revision=F("revision") + 1)
