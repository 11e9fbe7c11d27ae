"""Finding what a repository has: manifests and blobs by tag and digest, names of tags, and referrers."""

from __future__ import annotations

import heapq
from itertools import islice
from uuid import UUID

from django.db.models import Q, QuerySet

from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.core.blobs.links import owner_kind
from forge.core.database.code_points import by_code_point
from forge.core.database.compiled_queries import CompiledLookup
from forge.core.errors import Forbidden
from forge.core.models import BlobLink
from forge.projects.access import require
from forge.projects.models import Project
from forge.registry.distribution.artifacts.digests import blob_named
from forge.registry.distribution.artifacts.errors import NoSuchUpload
from forge.registry.distribution.artifacts.models import ArtifactTag, PushedBlob, Upload
from forge.registry.models import Manifest, Repository, Tag
from forge.registry.oci.digests import is_digest
from forge.registry.oci.manifests import is_tag


def _manifests(repository: UUID) -> QuerySet[Manifest]:
    return Manifest.objects.filter(repository=repository, trashed=None).select_related("blob").order_by("pk")


_by_digest = CompiledLookup(lambda repository, blob: _manifests(repository).filter(blob_id=blob)[:1], UUID, str)
_by_tag = CompiledLookup(
    lambda repository, tag: _manifests(repository).filter(
        Q(pk__in=Tag.objects.filter(repository=repository, name=tag, withdrawn=None).order_by().values("manifest"))
        | Q(pk__in=ArtifactTag.objects.filter(repository=repository, name=tag).order_by().values("manifest"))
    )[:1],
    UUID,
    str,
)
"""These are asked with each pull. A name is that of one tag at most, of either kind."""

_upload = CompiledLookup(
    lambda upload, repository, author: Upload.objects.filter(pk=upload, repository=repository, author=author),
    UUID,
    UUID,
    UUID,
)


def find_manifest(repository: Repository, reference: str) -> Manifest | None:
    """A manifest by its digest or by a tag, without those in the trash."""
    if is_digest(reference):
        blob = blob_named(reference)
        return None if blob is None else _by_digest.first(repository.pk, blob)
    if not is_tag(reference):
        return None
    return _by_tag.first(repository.pk, reference)


def find_blob(repository: Repository, digest: str) -> BlobLink | None:
    """The link by which a repository has a blob: by what it published, by a manifest, or since it was pushed to it.

    A digest that somebody merely knows opens nothing.
    """
    blob = blob_named(digest)
    if blob is None:
        return None
    return links_in(repository).filter(blob_id=blob).select_related("blob").first()


def links_in(repository: Repository) -> QuerySet[BlobLink]:
    """All links of a repository to blobs."""
    manifests = Manifest.objects.filter(repository=repository, trashed=None).values("pk")
    pushed_blobs = PushedBlob.objects.filter(repository=repository).values("pk")
    return BlobLink.objects.filter(
        Q(owner_kind=owner_kind(Repository), owner_id=repository.pk)
        | Q(owner_kind=owner_kind(Manifest), owner_id__in=manifests)
        | Q(owner_kind=owner_kind(PushedBlob), owner_id__in=pushed_blobs)
    )


def tag_names(repository: Repository, after: str, count: int) -> list[str]:
    """Returns at most so many names of tags that come after another, in the order of their bytes."""
    published_tags = repository.tags.filter(withdrawn=None).annotate(place=by_code_point("name"))
    pushed_tags = repository.artifact_tags.annotate(place=by_code_point("name"))
    lists = [
        tags.filter(place__gt=after).order_by("place").values_list("name", flat=True)[:count]
        for tags in (published_tags, pushed_tags)
    ]
    return list(islice(heapq.merge(*lists), count))


def referrers_of(repository: Repository, digest: str, artifact_type: str = "") -> QuerySet[Manifest]:
    """The manifests that refer to one, which need not exist, of one type where that is named.

    Those of the server come first, and then the oldest: clients read a limited number of them.
    """
    manifests = repository.manifests.filter(subject=digest, trashed=None).select_related("blob")
    if artifact_type:
        manifests = manifests.filter(artifact_type=artifact_type)
    return manifests.order_by("-fixed", "created", "blob_id")


def find_upload(actor: Actor, repository: Repository, upload: UUID) -> Upload:
    """An upload that somebody began. Raises `Forbidden`, and `NoSuchUpload` for one that others began."""
    require(actor, Verb.PUSH, repository.project)
    row = None if actor.pk is None else _upload.first(upload, repository.pk, actor.pk)
    if row is None:
        raise NoSuchUpload("This upload does not exist or has ended. Start it again.")
    row.repository = repository  # with its project: neither is asked for again
    return row


def require_publisher(actor: Actor, project: Project) -> None:
    """Requires the right to push: raises `Forbidden` for a token that may not publish builds nor withdraw them."""
    if not can(actor, Verb.PUBLISH, project):
        raise Forbidden("This is a build of the project. To publish or withdraw it, a token needs rune:publish.")
