"""Which worker makes a preview: a lease in its row, so that several workers do not build one text at the same time.

A newer text is never kept waiting: whoever has it takes the preview over. A lease saves work and guards nothing, for
two that make a preview of one text write the same.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from forge.builds.models import Preview

LEASE = timedelta(seconds=30)
"""The duration of a lease: longer than fetching the files of a project takes, when it is not renewed."""
RENEW_EVERY = 5.0
"""Seconds between two renewals."""


class PreviewLease:
    """A worker's word that it makes the preview of a text, kept by `renew` and given back by `release`."""

    def __init__(self, preview_id: UUID, sequence: int) -> None:
        self._mine = Preview.objects.filter(pk=preview_id, leased_sequence=sequence)
        self._renewed = time.monotonic()

    def renew(self) -> None:
        """Holds it for another while; does something only every few seconds."""
        if time.monotonic() - self._renewed > RENEW_EVERY:
            self._mine.update(lease_until=timezone.now() + LEASE)
            self._renewed = time.monotonic()

    def release(self) -> None:
        """Lets others take it at once."""
        self._mine.update(lease_until=None)


def take_preview(preview_id: UUID, sequence: int, now: datetime | None = None) -> PreviewLease | None:
    """Leases a preview for the text of this number; None where another worker is at it, or at a newer one."""
    now = now or timezone.now()
    free = not_leased(now) | Q(leased_sequence__lt=sequence)
    rows = Preview.objects.filter(free, pk=preview_id)
    if not rows.update(lease_until=now + LEASE, leased_sequence=sequence):
        return None
    return PreviewLease(preview_id, sequence)


def not_leased(now: datetime) -> Q:
    """Of previews that no worker is at."""
    return Q(lease_until=None) | Q(lease_until__lte=now)


def end_leases() -> None:
    """Ends all leases, where none of the workers that took them can be alive."""
    Preview.objects.exclude(lease_until=None).update(lease_until=None)
