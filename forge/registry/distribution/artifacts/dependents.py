"""Says which tags need a blob. It finds them also where manifests name the blob by way of others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from forge.core.blobs.links import owner_kind
from forge.core.blobs.store import read_blob
from forge.core.errors import BytesDamaged, NotFound
from forge.core.models import BlobLink
from forge.registry.models import ArtifactTag, Manifest, Repository, Tag
from forge.registry.oci.documents import BadManifest, read_document


def tags_needing(digest: str) -> list[str]:
    """The names of what cannot be pulled whole without a blob: `acme/kitchen:1.0`.

    They are the tags of each manifest that names the blob, of each index that lists such a manifest, and of what a
    manifest refers to, such as the rune of a signature. A manifest without a tag is named by its digest.
    It is for operators, and checks no rights.
    """
    links = BlobLink.objects.filter(blob_id=digest)
    linking = links.filter(owner_kind=owner_kind(Manifest)).values("owner_id")
    ids = set(Manifest.objects.filter(pk__in=linking, trashed=None).values_list("pk", flat=True))
    repositories = links.filter(owner_kind=owner_kind(Repository)).values_list("owner_id", flat=True)
    for repository in repositories:
        ids |= {manifest.pk for manifest in _naming(repository, digest)}
    return sorted(set(_names_of(_with_those_that_need(ids))))


def _naming(repository: UUID, digest: str) -> Iterator[Manifest]:
    """The manifests of a repository whose bytes name a blob. Those that cannot be read are left out: they are findings
    of their own."""
    for manifest in Manifest.objects.filter(repository=repository, trashed=None):
        try:
            document = read_document(read_blob(manifest.blob_id), manifest.media_type)
        except (BadManifest, BytesDamaged, NotFound):
            continue
        if any(each.digest == digest for each in document.blobs):
            yield manifest


def _with_those_that_need(ids: set[UUID]) -> set[UUID]:
    """Manifests with the indexes that list them, and with what they refer to, by any number of steps."""
    needed_ids: set[UUID] = set()
    while fresh := ids - needed_ids:
        needed_ids |= fresh
        for manifest in Manifest.objects.filter(pk__in=fresh):
            mine = Manifest.objects.filter(repository=manifest.repository_id, trashed=None)
            listing = BlobLink.objects.filter(owner_kind=owner_kind(Manifest), blob_id=manifest.blob_id)
            ids |= set(mine.filter(pk__in=listing.values("owner_id")).values_list("pk", flat=True))
            if manifest.subject:
                ids |= set(mine.filter(blob_id=manifest.subject).values_list("pk", flat=True))
    return needed_ids


def _names_of(ids: Iterable[UUID]) -> Iterator[str]:
    project_path = "repository__project__organisation"
    manifests = Manifest.objects.filter(pk__in=ids).select_related(project_path)
    names: dict[UUID, list[str]] = {}
    for table in (Tag, ArtifactTag):
        rows = table.objects.filter(manifest__in=ids).values_list("manifest_id", "name")
        for manifest_id, name in rows:
            names.setdefault(manifest_id, []).append(f":{name}")
    for manifest in manifests:
        for suffix in names.get(manifest.pk, [f"@{manifest.blob_id}"]):
            yield f"{manifest.repository.project.full_name}{suffix}"
