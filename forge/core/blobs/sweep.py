"""Deletes blobs that nothing links and that nobody has just stored.

Bytes are deleted while their row is locked, and a put takes that lock before it moves bytes into their place: either
the sweep sees the put and leaves them, or they are put in place after it.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TypeVar

from django.apps import apps
from django.core.files.storage import FileSystemStorage
from django.db import transaction
from django.db.models import Exists, F, OuterRef, ProtectedError, Q
from django.utils import timezone

from forge.core.blobs.backup_hold import has_active_hold
from forge.core.blobs.store import blob_name, blob_storage, delete_bytes, stored_digests
from forge.core.models import Blob, BlobLink

_log = logging.getLogger(__name__)

GRACE = timedelta(hours=1)
"""How long stored bytes may stay without a link: far longer than any caller takes to add one."""
IN_FLIGHT = timedelta(minutes=5)
"""How long what must go at once waits for a link, where somebody put the same bytes: longer than an archive's take."""
_BATCH = 500
T = TypeVar("T")


@dataclass(frozen=True)
class SweepResult:
    """The blobs that a sweep removed."""

    blobs: int
    size: int


def sweep_blobs(now: datetime | None = None) -> SweepResult:
    """Removes links of deleted owners, and blobs that nothing has linked for an hour."""
    before = (now or timezone.now()) - GRACE
    delete_orphan_links()
    count = size = 0
    unlinked_blobs = Blob.objects.filter(~Exists(BlobLink.objects.filter(blob=OuterRef("pk"))), put_at__lt=before)
    for digest, length in list(unlinked_blobs.values_list("pk", "size")):
        if _delete_unlinked([digest], Q(put_at__lt=before)):
            count, size = count + 1, size + length
    return SweepResult(count, size)


def delete_if_unlinked(digests: Collection[str]) -> None:
    """Deletes those of the blobs that nothing links and that were stored only once.

    A blob that was stored again may be about to get a link, so it is left to the sweep.
    """
    if digests:
        _delete_unlinked(digests, Q(put_at=F("created")))


def erase(digest: str, since: datetime, now: datetime | None = None) -> bool:
    """Deletes an unlinked blob at once. Returns whether this is final.

    Bytes that somebody put after `since` and a moment ago are about to be linked, and are left. They are asked for
    again until they are linked, or gone. So are bytes that a backup holds.
    """
    is_in_flight = Q(put_at__gt=max(since, (now or timezone.now()) - IN_FLIGHT))
    _delete_unlinked([digest], ~is_in_flight)
    left = Blob.objects.filter(pk=digest, links__isnull=True)
    return not (left.filter(is_in_flight).exists() or (left.exists() and has_active_hold()))


def delete_orphan_links() -> None:
    """Removes links whose owner was deleted."""
    for kind in BlobLink.objects.values_list("owner_kind", flat=True).distinct().order_by("owner_kind"):
        try:
            owners = apps.get_model(kind)._default_manager.values("pk")
        except LookupError:
            _log.error("Blobs are kept for %s, and there is no such table", kind)
            continue
        # Looked for before it is deleted: a search through all links must not hold up those who write.
        orphans = list(
            BlobLink.objects.filter(owner_kind=kind).exclude(owner_id__in=owners).values_list("pk", flat=True)
        )
        for batch in _batches(iter(orphans)):
            BlobLink.objects.filter(pk__in=batch).delete()


def adopt_strays(now: datetime | None = None) -> int:
    """Creates rows for stored files without one, which a crash can leave, so that a sweep finds them.

    Also removes half-written files. Returns how many files there were.
    """
    before = (now or timezone.now()) - GRACE
    count = 0
    for batch in _batches(stored_digests()):
        known_digests = set(Blob.objects.filter(pk__in=batch).values_list("pk", flat=True))
        rows = [row for digest in batch if digest not in known_digests and (row := _stray(digest)).put_at < before]
        Blob.objects.bulk_create(rows, ignore_conflicts=True)
        count += len(rows)
    storage = blob_storage()
    if isinstance(storage, FileSystemStorage):
        for left in (Path(storage.location) / "incoming").glob("*"):
            if datetime.fromtimestamp(left.stat().st_mtime, UTC) < before:
                left.unlink(missing_ok=True)
                count += 1
    return count


@transaction.atomic
def _delete_unlinked(digests: Collection[str], condition: Q) -> int:
    """Deletes rows and bytes under the rows' locks; answers how many."""
    count = 0
    # Locked first and looked at afterwards: a link that was made meanwhile is seen.
    for blob in list(Blob.objects.select_for_update().filter(condition, pk__in=digests).order_by("pk")):
        digest = blob.digest
        # The hold is looked for last: a backup that began after the look has read that nothing links these bytes.
        if blob.links.exists() or has_active_hold():
            continue
        try:
            blob.delete()
        except ProtectedError:
            _log.error("%s is in use and has no link; it is kept", digest)
            continue
        delete_bytes(digest)
        count += 1
    return count


def _stray(digest: str) -> Blob:
    storage, path = blob_storage(), blob_name(digest)
    at = storage.get_modified_time(path)
    return Blob(digest=digest, size=storage.size(path), created=at, put_at=at, synced=False)


def _batches(items: Iterator[T]) -> Iterator[list[T]]:
    while batch := list(islice(items, _BATCH)):
        yield batch
