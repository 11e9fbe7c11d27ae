"""Damage to stored bytes: bytes that are not what their digest says. It is told to operators once it is seen.

The row says since when; whoever puts the bytes again, or sees them whole, takes that back.
"""

from __future__ import annotations

import logging

from django.db import DatabaseError, connection
from django.utils import timezone

from forge.core.errors import Damaged
from forge.core.models import Blob, BlobLink

_log = logging.getLogger(__name__)

MAX_OWNERS_LOGGED = 20
"""Owners of damaged bytes that the log names."""


def damaged(digest: str) -> Damaged:
    """Notes that bytes are damaged, and gives the error to be raised. Serves in any thread."""
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
    return Damaged()


def note_intact(digest: str) -> None:
    """Takes back that bytes are damaged: they were compared, and are whole again."""
    Blob.objects.filter(pk=digest, damaged_at__isnull=False).update(damaged_at=None)


def count_damaged() -> int:
    """How many blobs are known to be damaged: what is to be watched."""
    return Blob.objects.filter(damaged_at__isnull=False).count()


def _owners(digest: str) -> str:
    links = BlobLink.objects.filter(blob_id=digest).order_by("owner_kind", "owner_id")
    rows = list(links.values_list("owner_kind", "owner_id", "organisation")[: MAX_OWNERS_LOGGED + 1])
    named = [f"{kind} {owner} (organisation {organisation})" for kind, owner, organisation in rows[:MAX_OWNERS_LOGGED]]
    more = ["and more"] if len(rows) > MAX_OWNERS_LOGGED else []
    return ", ".join(named + more) or "nobody"
