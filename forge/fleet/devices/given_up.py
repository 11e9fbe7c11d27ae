"""Requests that a device never answered: they end, so that a device that comes back is not asked for what is old."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from forge.fleet.models import Device, DeviceQuerySet, DeviceRequest
from hmrd.protocol.wanted import RequestKind

GIVEN_UP = "The device did not answer."
"""The detail of a request that was given up; it has no name of a problem."""
_AFTER = timedelta(days=7)
_KEPT = frozenset({RequestKind.HAND_OVER, RequestKind.LEAVE})
"""What a device is asked for however long it is away."""


def give_up_requests(now: datetime | None = None) -> None:
    """Ends the requests that nobody answered for days."""
    now = now or timezone.now()
    rows = DeviceRequest.objects.filter(answered=None, created__lt=now - _AFTER).exclude(kind__in=_KEPT)
    devices: DeviceQuerySet = Device.objects.filter(pk__in=list(rows.values_list("device", flat=True)))
    if rows.update(answered=now, problem_detail=GIVEN_UP):
        devices.update(revision=F("revision") + 1)
