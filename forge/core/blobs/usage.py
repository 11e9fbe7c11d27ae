"""How many bytes each organisation has stored: a figure that grows with each new link, and is counted anew at times.

Counting all of an organisation's links takes long, so an upload adds what it brings. Links that go are not followed one
by one: a periodic task counts anew, and so does whoever is about to refuse something for lack of room.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Sum

from forge.core.models import Blob, BlobLink, StoredBytes


def organisation_bytes(organisation: UUID) -> int:
    """Bytes that are stored for an organisation, counted: what is linked in several ways counts once."""
    digests = BlobLink.objects.filter(organisation=organisation).values("blob_id")
    return Blob.objects.filter(pk__in=digests).aggregate(bytes=Sum("size"))["bytes"] or 0


def new_bytes(organisation: UUID, digests: Collection[str]) -> int:
    """Those bytes of blobs that nothing of the organisation links yet."""
    linked = BlobLink.objects.filter(organisation=organisation, blob=OuterRef("pk"))
    size = Blob.objects.filter(~Exists(linked), pk__in=digests).aggregate(bytes=Sum("size"))["bytes"]
    return size or 0


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
    """The figure as it stands; in a transaction that has added to it, nobody changes it until the end."""
    size = StoredBytes.objects.filter(pk=organisation).values_list("size", flat=True).first()
    return organisation_bytes(organisation) if size is None else size


@transaction.atomic
def recount(organisation: UUID) -> int:
    """Counts an organisation's bytes anew."""
    # Whoever adds at this moment is waited for, and adds to the new figure afterwards.
    StoredBytes.objects.select_for_update().filter(pk=organisation).first()
    size = organisation_bytes(organisation)
    StoredBytes.objects.filter(pk=organisation).update(size=size)
    return size


def recount_all() -> None:
    """Counts the bytes of all organisations anew."""
    for organisation in list(StoredBytes.objects.values_list("pk", flat=True)):
        recount(organisation)
