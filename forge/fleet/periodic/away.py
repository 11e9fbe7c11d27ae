"""Tells members of devices that were not seen for a day: once an hour, all of an organisation together."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from forge.accounts.models import Organisation
from forge.core.events.log import append_event
from forge.fleet.models import Device, DeviceLabel
from forge.fleet.periodic.announcements import DEVICES_AWAY

AWAY_AFTER = timedelta(days=1)
LOOK_EVERY = 3600.0
"""Seconds."""
_BATCH_SIZE = 1000


def tell_away(now: datetime) -> None:
    """Tells of the devices that are away at a time, and were not told of since they were seen."""
    away = Device.objects.in_service().filter(seen__lt=now - AWAY_AFTER, away_noticed=None, locked_out=None)
    for organisation in Organisation.objects.filter(pk__in=away.order_by().values("organisation")):
        _tell(organisation, list(away.filter(organisation=organisation).values_list("pk", flat=True)), now)


@transaction.atomic
def _tell(organisation: Organisation, devices: list[UUID], now: datetime) -> None:
    count = 0
    common: Counter[str] = Counter()
    for start in range(0, len(devices), _BATCH_SIZE):
        some = devices[start : start + _BATCH_SIZE]
        # One that was seen meanwhile is not away.
        count += Device.objects.filter(pk__in=some, seen__lt=now - AWAY_AFTER, away_noticed=None).update(
            away_noticed=now
        )
        labels = DeviceLabel.objects.filter(device__in=some).order_by().values_list("key", "value")
        common.update(f"{key}={value}" for key, value in labels)
    if count:
        common_labels = sorted(label for label, times in common.items() if times == len(devices))
        append_event(organisation.stream, DEVICES_AWAY(count=count, labels=common_labels))
