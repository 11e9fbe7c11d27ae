"""Prevents the deletion of blobs while a backup copies them.

A backup reads the tables at one moment and the bytes later. Blobs that become unneeded meanwhile stay until the backup
has ended. A hold expires, so a crashed backup does not keep blobs for long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.utils import timezone

from forge.core.models import BlobHold

LIFE = timedelta(hours=1)
"""How long a hold lasts unless it is renewed: longer than it takes to read all tables."""
RENEW = LIFE / 10
"""How long `renew` waits before it writes again."""


@contextmanager
def hold_blobs(purpose: str) -> Iterator[Callable[[], None]]:
    """Holds all blobs while the context is open. Yields a function to call often, which renews the hold."""
    hold = BlobHold.objects.create(purpose=purpose, until=timezone.now() + LIFE)

    def renew() -> None:
        now = timezone.now()
        if hold.until - now < LIFE - RENEW:
            hold.until = now + LIFE
            hold.save(update_fields=["until"])

    try:
        yield renew
    finally:
        hold.delete()


def has_active_hold() -> bool:
    """Returns whether a hold forbids deleting blobs. Check it after locking the blob's row and finding no link."""
    return BlobHold.objects.filter(until__gt=timezone.now()).exists()
