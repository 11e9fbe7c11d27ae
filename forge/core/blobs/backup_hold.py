"""Keeps stored bytes from being deleted while a backup copies them.

A backup reads the tables at one moment and the bytes after it. What is no longer needed meanwhile stays until the
backup has ended; a hold runs out by itself, so one that crashed keeps nothing for long.
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
    """Holds all blobs until the end. Call what it gives often: it renews the hold when it is time."""
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
    """Whether no blob may be deleted now. Asked after the blob's row is locked and found to have no link."""
    return BlobHold.objects.filter(until__gt=timezone.now()).exists()
