"""Pushing manifests: checks what one names, stores it, and sets its tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from forge.accounts.organisations.name_reservations import lock_names, reserve_names
from forge.accounts.permissions import Verb
from forge.accounts.quotas.limits import require_fits, require_room
from forge.builds.models import Build
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.blobs.links import link_blobs, links_of_all
from forge.core.blobs.store import put_bytes
from forge.core.models import Blob
from forge.jobs.models import JobState
from forge.projects.access import require
from forge.projects.models import Project
from forge.registry.distribution.artifacts.access import links_in, require_publisher
from forge.registry.distribution.artifacts.digests import blobs_named, note_digests
from forge.registry.distribution.artifacts.errors import ArtifactRefused, BadArtifact, BlobMissing, WrongBytes
from forge.registry.distribution.artifacts.models import ArtifactTag
from forge.registry.distribution.artifacts.version_tags import require_no_shadow
from forge.registry.hooks import is_protected
from forge.registry.models import Manifest, Repository, Tag
from forge.registry.oci.digests import digest_of, names
from forge.registry.oci.document_tags import subject_of_tag
from forge.registry.oci.documents import BadManifest, Descriptor, ManifestDocument, read_document
from forge.registry.oci.manifests import is_tag, oci_artifact, stays
from forge.registry.oci.rune_facts import rune_facts
from forge.registry.provenance.signing.actions.pushed_signatures import note_pushed_signature
from forge.registry.repository.rules import registry_rules_of
from forge.registry.tags.errors import BadTag, TagInUse
from forge.registry.tags.fixed_versions import fix_version
from forge.registry.tags.names import require_distinct
from forge.registry.tags.publishing.actions import publish_build, require_not_withdrawn
from rune.blocks.artefact import BLOCK_TYPE
from rune.oci import CONFIG_TYPE, RUNE_TYPE
from rune.wording import listed

RUNE_TYPES = frozenset({CONFIG_TYPE, RUNE_TYPE, BLOCK_TYPE})
"""The types of artifacts that every registry takes, beside those that refer to another."""
MOST_TAGS = 100
"""Tags of one push."""


@dataclass(frozen=True)
class PushedManifest:
    """The result of a push: the digest as the client named it, and that of the manifest's subject."""

    digest: str
    subject: str


def push_manifest(
    actor: Actor, project: Project, tags: Sequence[str], data: bytes, content_type: str, digest: str = ""
) -> PushedManifest:
    """Stores a manifest, under tags or under its digest alone.

    One that is a build of the project's is published under the tags, as the button does it. Raises `Forbidden`,
    `StorageQuotaReached`, `BadArtifact`, `WrongBytes`, `BlobMissing`, `ArtifactRefused`, `BadTag`, `TagInUse`, and
    what `publish_build` raises.
    """
    require(actor, Verb.PUSH, project)
    require_room(project.organisation_id)
    for tag in tags:
        _check_tag(tag)
    if len(tags) > MOST_TAGS:
        raise BadTag(f"One push sets at most {MOST_TAGS} tags; this one sets {len(tags)}.")
    try:
        document = read_document(data, content_type)
    except BadManifest as error:
        raise BadArtifact(str(error)) from None
    if digest and not names(digest, data):
        raise WrongBytes(f"The received manifest does not have the digest {digest}.")
    digest = digest or digest_of(data)
    build = _build_of(project, document, data) if tags else None
    if build is not None:
        require_publisher(actor, project)
        for tag in tags:
            publish_build(actor, build, tag)
    else:
        if not (tags and all(subject_of_tag(tag) for tag in tags)):
            _require_allowed(project, document)
        blob = put_bytes(data)
        embedded_blobs = {each.digest: put_bytes(each.data) for each in document.blobs if each.data is not None}
        _push(actor, project, tuple(dict.fromkeys(tags)), document, {digest: blob, **embedded_blobs}, digest)
    return PushedManifest(digest, document.subject)


@transaction.atomic
def _push(
    actor: Actor,
    project: Project,
    tags: Sequence[str],
    document: ManifestDocument,
    stored_blobs: Mapping[str, Blob],
    digest: str,
) -> None:
    """`stored_blobs` are the manifest and what stands in it, by the digests that the client gives them."""
    lock_names(project.organisation_id)
    projects = Project.objects.select_for_update(of=("self",), no_key=True).select_related("organisation")
    project = projects.get(pk=project.pk)
    require(actor.afresh(), Verb.PUSH, project)
    repository, _ = Repository.objects.get_or_create(project=project)
    note_digests(stored_blobs)
    manifest = _store(project, repository, document, stored_blobs, digest)
    if tags:
        require_not_withdrawn(project, manifest.blob_id)
    note_pushed_signature(repository, manifest, actor)
    for tag in tags:
        _set_tag(actor, project, repository, tag, manifest)
    if tags:
        reserve_names(project.organisation)
    require_fits(project.organisation_id)
    write_entry(
        actor,
        "artifact.push",
        project.stream,
        project.place,
        digest=manifest.blob_id,
        tags=listed(tags) or "no tag",
    )


def _store(
    project: Project, repository: Repository, document: ManifestDocument, stored_blobs: Mapping[str, Blob], digest: str
) -> Manifest:
    """The row of a manifest, with links to what it names. Raises `BlobMissing` and `BadArtifact`."""
    embedded_sizes = {blob.digest: blob.size for blob in stored_blobs.values()}
    blobs = blobs_named([each.digest for each in document.blobs])
    own = stored_blobs[digest].digest
    # One that comes back from the trash still has its blobs.
    trashed_links = links_of_all(repository.manifests.filter(blob_id=own))
    links = (
        (links_in(repository) | trashed_links).filter(blob_id__in=blobs.values()).values_list("blob_id", "blob__size")
    )
    _require_all(document.blobs, blobs, {**embedded_sizes, **dict(links)})
    children = blobs_named([each.digest for each in document.manifests])
    manifests = repository.manifests.filter(trashed=None, blob_id__in=children.values())
    _require_no_blobs(repository, document.manifests, children)
    _require_all(document.manifests, children, dict(manifests.values_list("blob_id", "blob__size")))
    # One that comes back is as young as one that is new: rules would delete it again at once.
    repository.manifests.filter(blob_id=own).exclude(trashed=None).update(created=timezone.now())
    manifest, _ = Manifest.objects.update_or_create(
        repository=repository,
        blob_id=own,
        defaults={
            "media_type": document.media_type,
            "artifact_type": document.artifact_type,
            "subject": document.subject,
            "annotations": dict(document.annotations),
            "trashed": None,
        },
    )
    link_blobs(manifest, {own, *blobs.values(), *children.values()}, project.organisation_id)
    return manifest


def _require_all(descriptors: Sequence[Descriptor], blobs: Mapping[str, str], sizes: Mapping[str, int]) -> None:
    """Raises `BlobMissing` for what the repository does not have, and `BadArtifact` for a size that is wrong."""
    for each in descriptors:
        size = sizes.get(blobs.get(each.digest, ""))
        if size is None:
            raise BlobMissing(f"The repository has no {each.digest}, which the manifest names. Push it first.")
        if size != each.size:
            raise BadArtifact(f"{each.digest} has {size} bytes, and the manifest says {each.size}.")


def _require_no_blobs(repository: Repository, descriptors: Sequence[Descriptor], children: Mapping[str, str]) -> None:
    """Raises `BadArtifact` for an index that lists what the repository has as a blob, as BuildKit's cache does."""
    manifests = repository.manifests.filter(blob_id__in=children.values()).values_list("blob_id", flat=True)
    others = set(children.values()) - set(manifests)
    blobs = set(links_in(repository).filter(blob_id__in=others).values_list("blob_id", flat=True)) if others else set()
    for each in descriptors:
        if children.get(each.digest) in blobs:
            raise BadArtifact(
                f"{each.digest} is a blob; an index lists manifests. Push a manifest that names the blob, and list "
                "that. BuildKit writes its cache as a manifest with image-manifest=true,oci-mediatypes=true."
            )


def _set_tag(actor: Actor, project: Project, repository: Repository, name: str, manifest: Manifest) -> None:
    """Sets a tag of an artifact that is no build. Raises `TagInUse` and `ArtifactRefused`."""
    published_tag = Tag.objects.filter(repository=repository, name=name).select_related("build").first()
    if published_tag is not None:
        message = f"{name} is build {published_tag.build.number}. Publish a build under it, or push to another tag."
        raise TagInUse(message, errors={"tag": [message]})
    if is_protected(project, name):
        raise ArtifactRefused(
            f"{name} is protected: only a build that passed its gate is published under it. "
            "Push the manifest of such a build, or push to another tag."
        )
    existing = ArtifactTag.objects.filter(repository=repository, name=name).select_related("manifest").first()
    require_no_shadow(repository, name, manifest, existing)
    if existing is None:
        require_distinct(project, name)
    elif existing.manifest_id == manifest.pk:
        return
    if stays(name) and not registry_rules_of(project.organisation_id).versions_move:
        if existing is not None:
            message = f"{name} is {existing.manifest.blob_id} and keeps its bytes. Push to the next version."
            raise TagInUse(message, errors={"tag": [message]})
        # It means its bytes for good, also when the tag was deleted in between.
        fix_version(project, name, manifest.blob_id)
    ArtifactTag.objects.update_or_create(
        repository=repository,
        name=name,
        defaults={"manifest": manifest, "author": actor.person, "created": timezone.now()},
    )


def _check_tag(tag: str) -> None:
    if not is_tag(tag):
        message = "A tag is made of letters, digits, '.', '_' and '-', like 1.0 or latest; at most 128 of them."
        raise BadTag(message, errors={"tag": [message]})


def _require_allowed(project: Project, document: ManifestDocument) -> None:
    """Raises `ArtifactRefused` for what is neither a rune nor a block, nor lists or refers to manifests."""
    is_ours = document.artifact_type in RUNE_TYPES or document.is_index or bool(document.subject)
    if is_ours or registry_rules_of(project.organisation_id).takes_all:
        return
    raise ArtifactRefused(
        f"The registry of {project.organisation.name} accepts runes, blocks and what refers to them, and this is "
        f"{document.artifact_type or document.media_type}. An owner can allow all artifacts in the settings."
    )


def _build_of(project: Project, document: ManifestDocument, data: bytes) -> Build | None:
    """The newest build of the project whose rune, published, is this manifest."""
    layers = document.blobs[1:]
    if document.artifact_type != CONFIG_TYPE or len(layers) != 1:
        return None
    builds = Build.objects.numbered().filter(
        project=project, artefact__digest=layers[0].digest, job__state=JobState.SUCCEEDED
    )
    for build in builds.select_related("project__organisation", "artefact", "version").order_by("-number"):
        if build.artefact is not None and oci_artifact(rune_facts(build, build.artefact)).manifest == data:
            return build
    return None
