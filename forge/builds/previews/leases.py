"""Says which worker makes a preview: a lease in its row, so that several workers do not build one text at the same
time.

Where the server builds by itself, a usual preview is ready before its lease would be written: a write for each would
make every preview slower. Where there are workers, the worker that begins takes the lease, and another one leaves the
text to it. Two that make a preview of one text write the same: a lease saves work and guards nothing.
"""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from forge.builds.models import Preview
from forge.core.database.leases import Lease, unleased

LEASE = timedelta(seconds=30)
"""The duration of a lease."""
WRITE_AFTER = 1.0
"""Seconds after which a preview that is still being made is leased."""
RENEW_EVERY = 5.0
"""Seconds between two renewals."""


class PreviewLease:
    """A worker's lease of a preview for the text of one number."""

    def __init__(self, preview_id: UUID, sequence: int) -> None:
        self._preview_id = preview_id
        self._sequence = sequence
        self._next = time.monotonic() + WRITE_AFTER
        self._lease: Lease | None = None

    def take(self) -> bool:
        """Returns whether to make the preview: no other worker is at this text or at a newer one.

        Only one of several workers gets True.
        """
        if settings.EMBEDDED_WORKER:
            return not is_leased(self._preview_id, self._sequence)
        self._write(Q(fence__lt=self._sequence))
        return self._lease is not None

    def keep(self) -> None:
        """Takes the lease once the preview takes long, and renews it; to be called several times a second.

        It stays with the worker that is at a newer text.
        """
        if time.monotonic() >= self._next:
            self._write(Q(fence__lte=self._sequence))

    def _write(self, may_replace: Q) -> None:
        now = timezone.now()
        rows = Preview.objects.filter(unleased(now) | may_replace)
        self._lease = Lease.take_number(rows, self._preview_id, self._sequence, now + LEASE)
        self._next = time.monotonic() + RENEW_EVERY

    def release(self) -> None:
        """Lets others make the preview at once."""
        if self._lease is not None:
            self._lease.rows.update(lease_until=None)


def is_leased(preview_id: UUID, sequence: int) -> bool:
    """Returns whether a worker is at this text of a preview, or at a newer one."""
    return Preview.objects.filter(pk=preview_id, lease_until__gt=timezone.now(), fence__gte=sequence).exists()


def end_leases() -> None:
    """Ends all leases, where none of the workers that took them can be alive."""
    Preview.objects.exclude(lease_until=None).update(lease_until=None)
