"""Deleting tags, manifests and blobs of a repository. What a build published is withdrawn, and not deleted."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from forge.accounts.organisations.name_reservations import lock_names
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.blobs.links import links_of, owner_kind
from forge.projects.access import require
from forge.projects.models import Project
from forge.registry.distribution.artifacts.access import find_manifest, links_in, require_publisher
from forge.registry.distribution.artifacts.digests import blob_named
from forge.registry.distribution.artifacts.errors import BelongsToVersion, NoSuchBlob, StillNamed
from forge.registry.distribution.artifacts.models import ArtifactTag, PushedBlob
from forge.registry.distribution.artifacts.version_tags import has_server_signature, is_of_version
from forge.registry.models import Manifest, Repository, Tag
from forge.registry.tags.errors import NoSuchTag
from forge.registry.tags.withdrawing.actions import withdraw_tag

DELETED_BY_CLIENT = "A registry client deleted the tag."


@transaction.atomic
def delete_tag(actor: Actor, project: Project, name: str) -> None:
    """Deletes a tag; its manifest stays. The name of a version keeps its meaning: only the same bytes may return.

    A tag of a build is withdrawn. Raises `Forbidden`, `NoSuchTag` and `BelongsToVersion`.
    """
    require(actor, Verb.PUSH, project)
    if Tag.objects.listed().filter(repository__project=project, name=name).exists():
        require_publisher(actor, project)
        withdraw_tag(actor, project, name, DELETED_BY_CLIENT)
        return
    tags = ArtifactTag.objects.filter(repository__project=project, name=name)
    tag = tags.select_related("manifest", "repository").first()
    if tag is not None and has_server_signature(tag) and is_of_version(tag.repository, name):
        raise BelongsToVersion(f"{name} has the server's signature of a published version, and stays with it.")
    count, _ = tags.delete()
    if not count:
        raise NoSuchTag(f"Nothing is published under {name}.")
    write_entry(actor, "artifact.untag", project.stream, project.place, tag=name)


@transaction.atomic
def delete_manifest(actor: Actor, repository: Repository, digest: str) -> None:
    """Moves a manifest to the trash, and deletes its tags. Raises `Forbidden`, `NoSuchTag`, `StillNamed` and
    `BelongsToVersion`."""
    require(actor, Verb.PUSH, repository.project)
    project = _lock_project(repository.project)
    require(actor.afresh(), Verb.PUSH, project)
    manifest = find_manifest(repository, digest)
    if manifest is None:
        raise NoSuchTag(f"There is no manifest {digest}.")
    names = [*manifest.tags.values_list("name", flat=True), *(str(block) for block in manifest.blocks.all())]
    if names:
        raise StillNamed(f"The project published it as {', '.join(sorted(names))}. Withdraw that version.")
    if manifest.fixed:
        raise BelongsToVersion(f"{digest} belongs to a published version, and stays with it.")
    listing = links_in(repository).filter(owner_kind=owner_kind(Manifest), blob_id=manifest.blob_id)
    if listing.exclude(owner_id=manifest.pk).exists():
        raise StillNamed(f"An index lists {digest}. Delete the index first.")
    tags = ArtifactTag.objects.filter(manifest=manifest)
    manifest.trashed, manifest.trashed_tags = timezone.now(), sorted(tags.values_list("name", flat=True))
    manifest.save(update_fields=["trashed", "trashed_tags"])
    tags.delete()
    write_entry(actor, "artifact.delete", project.stream, project.place, digest=manifest.blob_id)


def _lock_project(project: Project) -> Project:
    """Locks the project as a push does, and returns it: a push at the same time may store an index of this manifest."""
    lock_names(project.organisation_id)
    rows = Project.objects.select_for_update(of=("self",), no_key=True).select_related("organisation")
    return rows.get(pk=project.pk)


@transaction.atomic
def delete_blob(actor: Actor, repository: Repository, digest: str) -> None:
    """Takes a blob that no manifest names out of a repository. Raises `Forbidden`, `NoSuchBlob` and `StillNamed`."""
    require(actor, Verb.PUSH, repository.project)
    blob = blob_named(digest)
    if links_in(repository).exclude(owner_kind=owner_kind(PushedBlob)).filter(blob_id=blob).exists():
        raise StillNamed(f"A manifest names {digest}. Delete the manifest first.")
    pushed_blob = PushedBlob.objects.filter(repository=repository, blob_id=blob).first()
    if pushed_blob is None:
        raise NoSuchBlob(f"There is no blob {digest} in this repository.")
    links_of(pushed_blob).delete()
    pushed_blob.delete()
    write_entry(actor, "artifact.delete", repository.project.stream, repository.project.place, digest=digest)
