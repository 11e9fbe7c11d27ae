"""The reasons for which a document of a device is not taken, whatever is counted in it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from forge.fleet.models import Device
from hmrd.protocol.counts import CountedPeriod, CountsVerdict, DocumentAnswer

AHEAD = timedelta(days=1)
"""So far may the clock of a device be ahead."""


class DocumentRefused(Exception):
    """A document is not counted, for a named reason."""

    def __init__(self, verdict: CountsVerdict, detail: str) -> None:
        super().__init__(detail)
        self.answer = DocumentAnswer(verdict, detail)


def require_period(device: Device, period: CountedPeriod, turned_on: datetime | None, now: datetime) -> None:
    """Raises `DocumentRefused` for a period in which the device cannot have counted for a deployment that counts since
    `turned_on`; None of one that does not."""
    if turned_on is None:
        raise DocumentRefused(CountsVerdict.TELEMETRY_OFF, "The deployment does not count now.")
    if period.begin > now + AHEAD:
        raise DocumentRefused(CountsVerdict.DAY_AHEAD, "The day is more than a day ahead.")
    if period.day < (now - timedelta(days=settings.TELEMETRY_DAYS)).date():
        raise DocumentRefused(CountsVerdict.DAY_OLD, f"Counts are kept for {settings.TELEMETRY_DAYS} days.")
    if period.day < max(device.claimed, turned_on).date():
        raise DocumentRefused(
            CountsVerdict.DAY_EARLY, "The day was before the device joined, or before telemetry was turned on."
        )
