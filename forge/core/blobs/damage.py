"""Records damage: stored bytes that do not match their digest.

The row stores the time. Storing the bytes again, or reading them intact, clears it.
"""

from __future__ import annotations

import logging

from django.db import DatabaseError, connection
from django.utils import timezone

from forge.core.errors import BytesDamaged
from forge.core.models import Blob, BlobLink

_log = logging.getLogger(__name__)

MAX_OWNERS_LOGGED = 20
"""Owners of damaged bytes that the log names."""


def record_damage(digest: str) -> BytesDamaged:
    """Records that a blob is damaged, and returns the error to raise. Works in any thread."""
    was_open = connection.connection is not None
    try:
        _log.error("The stored bytes of %s are damaged. They belong to %s.", digest, _owners(digest))
        Blob.objects.filter(pk=digest, damaged_at__isnull=True).update(damaged_at=timezone.now())
    except DatabaseError:
        # In a transaction that is lost already; `verify_store` notes it later.
        _log.exception("The stored bytes of %s are damaged, and the database could not be asked whose they are", digest)
    finally:
        if not was_open:
            # A thread that only reads has no connection, and nobody would close this one.
            connection.close()
    return BytesDamaged()


def note_intact(digest: str) -> None:
    """Clears the damage of a blob whose digest was verified."""
    Blob.objects.filter(pk=digest, damaged_at__isnull=False).update(damaged_at=None)


def count_damaged() -> int:
    """Returns the number of blobs known to be damaged, for monitoring."""
    return Blob.objects.filter(damaged_at__isnull=False).count()


def _owners(digest: str) -> str:
    links = BlobLink.objects.filter(blob_id=digest).order_by("owner_kind", "owner_id")
    rows = list(links.values_list("owner_kind", "owner_id", "organisation")[: MAX_OWNERS_LOGGED + 1])
    owners = [f"{kind} {owner} (organisation {organisation})" for kind, owner, organisation in rows[:MAX_OWNERS_LOGGED]]
    more = ["and more"] if len(rows) > MAX_OWNERS_LOGGED else []
    return ", ".join(owners + more) or "nobody"
