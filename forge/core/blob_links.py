"""Which rows need which blobs: links by their owner, and whose bytes they are."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Model, QuerySet, Sum

from forge.core.models import Blob, BlobLink


def owner_kind(owner: Model | type[Model]) -> str:
    """What a link calls the model of its owner."""
    return owner._meta.label_lower


def link_blobs(owner: Model, digests: Iterable[str], organisation: UUID | None) -> None:
    """Keeps blobs for as long as the owner needs them; those that it has already stay. They were put just before.

    In the transaction that makes the owner need them.
    """
    kind, owner_id = owner_kind(owner), owner.pk
    rows = [
        BlobLink(owner_kind=kind, owner_id=owner_id, blob_id=digest, organisation=organisation)
        for digest in sorted(set(digests))
    ]
    BlobLink.objects.bulk_create(rows, ignore_conflicts=True)


def links_of(owner: Model) -> QuerySet[BlobLink]:
    """The links of one owner."""
    return BlobLink.objects.filter(owner_kind=owner_kind(owner), owner_id=owner.pk)


def links_of_all(owners: QuerySet[Model]) -> QuerySet[BlobLink]:
    """The links of rows of one table."""
    return BlobLink.objects.filter(owner_kind=owner_kind(owners.model), owner_id__in=owners.values("pk"))


def is_linked(owner: Model, digest: str) -> bool:
    """Whether the owner has this blob. A digest that somebody merely knows opens nothing."""
    return links_of(owner).filter(blob_id=digest).exists()


def linked_size(owner: Model, digest: str) -> int | None:
    """The size of a blob that the owner has, as the store knows it; None where it has none of this digest."""
    return links_of(owner).filter(blob_id=digest).values_list("blob__size", flat=True).first()


def organisation_bytes(organisation: UUID) -> int:
    """Bytes that are stored for an organisation: what is linked in several ways counts once."""
    digests = BlobLink.objects.filter(organisation=organisation).values("blob_id")
    return Blob.objects.filter(pk__in=digests).aggregate(bytes=Sum("size"))["bytes"] or 0
