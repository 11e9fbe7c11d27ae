"""The stored bytes of each organisation: a counter that grows with each new link and is recounted periodically.

Counting all links of an organisation is slow, so an upload adds its bytes. Deleted links are not subtracted: a periodic
task recounts, and so does a check that is about to refuse an upload.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Sum

from forge.core.database.compiled_queries import CompiledLookup, CompiledQuery
from forge.core.models import Blob, BlobLink, StoredBytes

_stored_bytes = CompiledQuery(lambda organisation: StoredBytes.objects.filter(pk=organisation).values_list("size"))
_unlinked_blobs = CompiledLookup(
    lambda organisation, digest: Blob.objects.filter(~Exists(_links(organisation)), pk=digest), UUID, str
)
"""These are asked with each upload."""


def organisation_bytes(organisation: UUID) -> int:
    """Bytes that are stored for an organisation, counted: what is linked in several ways counts once."""
    digests = BlobLink.objects.filter(organisation=organisation).values("blob_id")
    return Blob.objects.filter(pk__in=digests).aggregate(bytes=Sum("size"))["bytes"] or 0


def new_bytes(organisation: UUID, digests: Collection[str]) -> int:
    """Returns the total size of those blobs that the organisation does not link yet."""
    if len(digests) == 1:
        return sum(blob.size for blob in _unlinked_blobs.all(organisation, *digests))
    blobs = Blob.objects.filter(~Exists(_links(organisation)), pk__in=digests)
    return blobs.aggregate(bytes=Sum("size"))["bytes"] or 0


def _links(organisation: UUID) -> QuerySet[BlobLink]:
    """An organisation's links to the blob of the query around this one."""
    return BlobLink.objects.filter(organisation=organisation, blob=OuterRef("pk"))


def add_bytes(organisation: UUID, size: int) -> None:
    """Adds to an organisation's figure what it is about to link; in the transaction of the link.

    The figure's row is locked to the end of that transaction: two who add at once wait for each other, and for nobody
    of another organisation.
    """
    mine = StoredBytes.objects.filter(pk=organisation)
    if not mine.update(size=F("size") + size):
        StoredBytes.objects.get_or_create(pk=organisation, defaults={"size": organisation_bytes(organisation)})
        mine.update(size=F("size") + size)


def count_linked(organisation: UUID, size: int) -> None:
    """Adds to an organisation's figure what was linked just before."""
    if not StoredBytes.objects.filter(pk=organisation).update(size=F("size") + size):
        StoredBytes.objects.get_or_create(pk=organisation, defaults={"size": organisation_bytes(organisation)})


def stored_bytes(organisation: UUID) -> int:
    """Returns the current count. A transaction that added to it holds its lock."""
    rows = _stored_bytes.rows(organisation)
    return int(rows[0][0]) if rows else organisation_bytes(organisation)


@transaction.atomic
def recount(organisation: UUID) -> int:
    """Recounts an organisation's bytes."""
    # This waits for a transaction that adds at this moment; it then adds to the new figure.
    StoredBytes.objects.select_for_update().filter(pk=organisation).first()
    size = organisation_bytes(organisation)
    StoredBytes.objects.filter(pk=organisation).update(size=size)
    return size


def recount_all() -> None:
    """Recounts the bytes of all organisations."""
    for organisation in list(StoredBytes.objects.values_list("pk", flat=True)):
        recount(organisation)
