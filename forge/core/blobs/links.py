"""Links between rows and the blobs that they need, with the organisation that the bytes count for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Model, QuerySet

from forge.core.blobs.usage import add_bytes, count_linked, new_bytes
from forge.core.models import BlobLink


def owner_kind(owner: Model | type[Model]) -> str:
    """Returns the name of the owner's model in links."""
    return owner._meta.label_lower


def link_blobs(owner: Model, digests: Iterable[str], organisation: UUID | None) -> int:
    """Adds links from an owner to blobs that were just stored, in the transaction that makes the owner need them.

    Returns how many bytes the organisation did not have before.
    """
    digests = sorted(set(digests))
    added_bytes = new_bytes(organisation, digests) if organisation else 0
    if organisation and added_bytes:
        add_bytes(organisation, added_bytes)
    _link(owner, digests, organisation)
    return added_bytes


def link_all(owners: Sequence[tuple[Model, Iterable[str]]], organisation: UUID) -> None:
    """Does what `link_blobs` does for several owners, in as few statements as for one."""
    added_bytes = new_bytes(organisation, sorted({digest for _, digests in owners for digest in digests}))
    if added_bytes:
        add_bytes(organisation, added_bytes)
    link_each([(owner, digest) for owner, digests in owners for digest in sorted(set(digests))], organisation)


def link_each(owners: Sequence[tuple[Model, str]], organisation: UUID) -> None:
    """Links each of these rows to its blob, which the organisation links already."""
    rows = [
        BlobLink(owner_kind=owner_kind(owner), owner_id=owner.pk, blob_id=digest, organisation=organisation)
        for owner, digest in owners
    ]
    BlobLink.objects.bulk_create(rows, ignore_conflicts=True)


def link_owned(owners: Sequence[tuple[Model, str]], organisation: UUID) -> int:
    """Does what `link_blobs` does for rows of one table that have a blob each, in as few statements as for one."""
    added_bytes = new_bytes(organisation, sorted({digest for _, digest in owners}))
    if added_bytes:
        add_bytes(organisation, added_bytes)
    link_each(owners, organisation)
    return added_bytes


def link_derived(owner: Model, digests: Iterable[str], organisation: UUID) -> None:
    """Adds links to blobs that the installation derived from existing ones.

    The bytes are counted after the transaction, which may still lock a project: uploads lock the project before the
    organisation's count.
    """
    digests = sorted(set(digests))
    added_bytes = new_bytes(organisation, digests)
    _link(owner, digests, organisation)
    if added_bytes:
        transaction.on_commit(partial(count_linked, organisation, added_bytes))


def _link(owner: Model, digests: Iterable[str], organisation: UUID | None) -> None:
    kind, owner_id = owner_kind(owner), owner.pk
    rows = [
        BlobLink(owner_kind=kind, owner_id=owner_id, blob_id=digest, organisation=organisation) for digest in digests
    ]
    BlobLink.objects.bulk_create(rows, ignore_conflicts=True)


def links_of(owner: Model) -> QuerySet[BlobLink]:
    """The links of one owner."""
    return BlobLink.objects.filter(owner_kind=owner_kind(owner), owner_id=owner.pk)


def links_of_all(owners: QuerySet[Model]) -> QuerySet[BlobLink]:
    """The links of rows of one table."""
    return BlobLink.objects.filter(owner_kind=owner_kind(owners.model), owner_id__in=owners.values("pk"))


def is_linked(owner: Model, digest: str) -> bool:
    """Returns whether the owner links this blob. Knowing a digest gives no access."""
    return links_of(owner).filter(blob_id=digest).exists()


def linked_size(owner: Model, digest: str) -> int | None:
    """The size of a blob that the owner has, as the store knows it; None where it has none of this digest."""
    return links_of(owner).filter(blob_id=digest).values_list("blob__size", flat=True).first()
