"""Publishing: a build's rune under a tag. Checks the permission, does it and writes it down."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from forge.accounts.held_names import hold_names, lock_names
from forge.accounts.permissions import Verb
from forge.builds.artefacts import secure
from forge.builds.models import Artefact, Build, Kind, State
from forge.core.actors import Actor
from forge.core.audit import write_entry
from forge.core.blob_links import link_blobs
from forge.core.blobs import put_bytes
from forge.core.events import append_event
from forge.projects.access import require
from forge.projects.actions import note_download
from forge.projects.models import Project, Visibility
from forge.registry.errors import BadTag, NotPublishable, TagTaken
from forge.registry.events import TAG_PUBLISHED
from forge.registry.models import Manifest, Repository, Tag
from forge.registry.oci import MANIFEST_TYPE, OciArtifact, RuneFacts, is_tag, oci_artifact, stays
from forge.registry.published_versions import fix_version


def note_pull(actor: Actor, project: Project, digest: str) -> None:
    """Writes down that someone takes out a published rune of a private project; what is public anyone may have.

    Raises `Forbidden`, `NotFound` and `SignInNeeded`.
    """
    if project.visibility == Visibility.PRIVATE:
        note_download(actor, project, "rune.pull", digest=digest)


def publish_build(actor: Actor, build: Build, tag: str) -> Tag:
    """Publishes a build's rune under a tag of its project.

    A tag that names a version stays with its first build; a word such as `latest` moves. Publishing the same again
    changes nothing. Raises `Forbidden`, `BadTag`, `NotPublishable` and `TagTaken`.
    """
    require(actor, Verb.PUBLISH, build.project)
    tag = tag.strip()
    if not is_tag(tag):
        message = "A tag is made of letters, digits, '.', '_' and '-', like 1.0 or latest; at most 128 of them."
        raise BadTag(message, errors={"tag": [message]})
    if build.kind != Kind.NUMBERED or build.state != State.SUCCEEDED or build.artefact is None:
        raise NotPublishable("Only a build that succeeded can be published.")
    facts = RuneFacts(build.artefact.digest, build.artefact.size, f"{build.name}.rune", build.source.created)
    published = oci_artifact(facts)
    # The bytes are in the blob store before the transaction that links them; unlinked ones nobody can see.
    digests = _store(published, build.artefact)
    return _link(actor, build, tag, digests)


def _store(published: OciArtifact, artefact: Artefact) -> tuple[str, str, str]:
    """The digests of manifest, config and rune, whose bytes are on the disk. Raises `NotPublishable`."""
    if not secure(artefact):
        raise NotPublishable("The rune's file no longer exists. Build again.")
    return put_bytes(published.manifest).digest, put_bytes(published.config).digest, artefact.digest


@transaction.atomic
def _link(actor: Actor, build: Build, name: str, digests: tuple[str, str, str]) -> Tag:
    described, config, rune = digests
    lock_names(build.project.organisation_id)
    project = Project.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=build.project_id)
    repository, _ = Repository.objects.get_or_create(project=project)
    existing = Tag.objects.filter(repository=repository, name=name).select_related("manifest", "build").first()
    if existing is not None and existing.manifest.blob_id == described:
        return existing
    if stays(name):
        _fix_version(project, name, existing, described)
    hold_names(project.organisation)
    organisation = project.organisation_id
    link_blobs(repository, [config, rune], organisation)
    manifest, _ = Manifest.objects.get_or_create(
        repository=repository, blob_id=described, defaults={"media_type": MANIFEST_TYPE}
    )
    link_blobs(manifest, [described], organisation)
    values = {
        "manifest": manifest,
        "build": build,
        "author": actor.person,
        "created": timezone.now(),
        "moves": not stays(name),
    }
    tag, _ = Tag.objects.update_or_create(repository=repository, name=name, defaults=values)
    write_entry(
        actor,
        "tag.publish",
        f"project:{project.pk}",
        project.place,
        digest=described,
        tag=name,
        build_number=build.number,
    )
    append_event(project.stream, TAG_PUBLISHED(tag=name, build_number=build.number), actor)
    return tag


def _fix_version(project: Project, tag: str, existing: Tag | None, digest: str) -> None:
    """Makes a version's tag mean this manifest, for good. Raises `TagTaken`."""
    if existing is not None:
        message = (
            f"{tag} is build {existing.build.number} and cannot move: everyone who pulls it must get the same bytes. "
            "Choose the next version."
        )
        raise TagTaken(message, errors={"tag": [message]})
    fix_version(project, tag, digest)
