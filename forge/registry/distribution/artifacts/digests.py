"""The SHA-512 of blobs: the store names bytes by their SHA-256, and clients may name them by either."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from forge.core.models import Blob
from forge.registry.distribution.artifacts.models import BlobDigest
from forge.registry.oci.digests import algorithm_of


def blob_named(digest: str) -> str | None:
    """The name in the store of the blob with this digest, or None for a SHA-512 that no blob has."""
    return blobs_named([digest]).get(digest)


def blobs_named(digests: Collection[str]) -> dict[str, str]:
    """The names in the store of blobs with these digests, without those of which only a SHA-512 could be known."""
    others = [digest for digest in digests if algorithm_of(digest) != "sha256"]
    blob_ids = dict(BlobDigest.objects.filter(pk__in=others).values_list("pk", "blob_id")) if others else {}
    return {digest: digest for digest in digests if digest not in others} | blob_ids


def note_digests(blobs: Mapping[str, Blob]) -> None:
    """Keeps the SHA-512 by which clients name blobs, in the transaction that links them. The bytes were compared."""
    rows = [
        BlobDigest(digest=digest, blob_id=blob.digest)
        for digest, blob in sorted(blobs.items())
        if algorithm_of(digest) != "sha256"
    ]
    BlobDigest.objects.bulk_create(rows, ignore_conflicts=True)
