"""Which worker makes a preview: a lease in its row, so that several workers do not build one text at the same time.

A usual preview is ready before its lease would be written: a write for each would make every preview slower, and two
that make a preview of one text write the same. So a lease saves work and guards nothing.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from forge.builds.models import Preview

LEASE = timedelta(seconds=30)
"""The duration of a lease."""
WRITE_AFTER = 1.0
"""Seconds after which a preview that is still being made is leased."""
RENEW_EVERY = 5.0
"""Seconds between two renewals."""


class PreviewLease:
    """A worker's lease of a preview for the text of one number."""

    def __init__(self, preview_id: UUID, sequence: int) -> None:
        self._preview = Preview.objects.filter(pk=preview_id)
        self._sequence = sequence
        self._next = time.monotonic() + WRITE_AFTER
        self._is_written = False

    def keep(self) -> None:
        """Takes the lease once the preview takes long, and renews it; to be called several times a second.

        It stays with whoever is at a newer text.
        """
        if time.monotonic() < self._next:
            return
        now = timezone.now()
        rows = self._preview.filter(not_leased(now) | Q(leased_sequence__lte=self._sequence))
        self._is_written = bool(rows.update(lease_until=now + LEASE, leased_sequence=self._sequence))
        self._next = time.monotonic() + RENEW_EVERY

    def release(self) -> None:
        """Lets others make the preview at once."""
        if self._is_written:
            self._preview.filter(leased_sequence=self._sequence).update(lease_until=None)


def is_leased(preview_id: UUID, sequence: int) -> bool:
    """Whether a worker is at this text of a preview, or at a newer one."""
    held = Preview.objects.filter(pk=preview_id, lease_until__gt=timezone.now(), leased_sequence__gte=sequence)
    return held.exists()


def not_leased(now: datetime) -> Q:
    """Selects the previews that no worker has a lease of."""
    return Q(lease_until=None) | Q(lease_until__lte=now)


def end_leases() -> None:
    """Ends all leases, where none of the workers that took them can be alive."""
    Preview.objects.exclude(lease_until=None).update(lease_until=None)
