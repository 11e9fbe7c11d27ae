"""Publishing: a build's rune under a tag. Checks the permission, does it and writes it down."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from forge.accounts.organisations.name_reservations import lock_names, reserve_names
from forge.accounts.permissions import Verb
from forge.builds.compiling.artefact_store import secure
from forge.builds.evaluations.limits import policy_of
from forge.builds.models import Build, BuildTrigger
from forge.compute.secret_search import require_searched
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.blobs.links import link_all
from forge.core.blobs.store import put_batch
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition
from forge.core.reasons import checked_reason
from forge.jobs.models import JobState
from forge.projects.access import require
from forge.projects.models import Project
from forge.registry.hooks import gate
from forge.registry.listings.rows import list_rune
from forge.registry.models import (
    Admission,
    ArtifactTag,
    Publication,
    Repository,
    Tag,
    WithdrawnRune,
)
from forge.registry.oci.document_tags import tags_of_lists
from forge.registry.oci.manifests import is_tag, oci_artifact, stays
from forge.registry.oci.rune_facts import rune_facts
from forge.registry.provenance.signing.attaching import attach_provenance
from forge.registry.provenance.signing.requests import request_signature
from forge.registry.repository.storing import store_manifests
from forge.registry.tags.errors import BadTag, GateClosed, NothingToOverride, NotPublishable, TagInUse
from forge.registry.tags.etag_facets import build_facets
from forge.registry.tags.fixed_versions import fix_version
from forge.registry.tags.messages import checked_notes
from forge.registry.tags.names import require_distinct
from forge.registry.tags.publishing.announcements import TAG_PUBLISHED
from rune.oci import CONFIG_TYPE, MANIFEST_TYPE
from rune.source.policy import Policy

REASON_NEEDED = "Write why it is published now. Everyone who sees the version reads it."


@dataclass(frozen=True)
class Digests:
    """The digests of an artifact's bytes."""

    manifest: str
    config: str
    rune: str


@dataclass(frozen=True)
class AdmissionRecord:
    """The way in which a build passed the gate; an override has a reason, and lists what is missing."""

    how: Admission
    missing: tuple[str, ...] = ()
    reason: str = ""


def publish_build(actor: Actor, build: Build, tag: str, notes: str = "", *, precondition: Precondition = None) -> Tag:
    """Publishes a build's rune under a tag of its project.

    `notes` say what is new in it. A tag that names a version stays with its first build; a word such as `latest` moves.
    Publishing the same again changes nothing. Raises `Forbidden`, `Stale`, `BadTag`, `NotPublishable`, `TagInUse`, and
    `GateClosed` where the build lacks what a protected tag demands, or has secrets in its files.
    """
    require(actor, Verb.PUBLISH, build.project)
    tag, notes = _checked_tag(tag), checked_notes(notes)
    digests = _store(build)
    return _with_provenance(_publish(actor, build, tag, digests, notes, precondition))


def publish_past_gate(
    actor: Actor, build: Build, tag: str, reason: str, notes: str = "", *, precondition: Precondition = None
) -> Tag:
    """Publishes a build under a tag although its gate is closed; everyone reads the reason.

    Raises `Forbidden`, `Stale`, `Invalid`, `BadTag`, `NotPublishable`, `TagInUse` and `NothingToOverride`.
    """
    require(actor, Verb.PUBLISH, build.project)
    require(actor, Verb.OVERRIDE_GATE, build.project)
    tag, reason, notes = _checked_tag(tag), checked_reason(reason, missing=REASON_NEEDED), checked_notes(notes)
    digests = _store(build)
    return _with_provenance(_override(actor, build, tag, digests, reason, notes, precondition))


def _with_provenance(tag: Tag) -> Tag:
    """The tag, after where it came from was published beside it, in transactions of their own."""
    if tag.publication is not None:
        attach_provenance(tag.publication)
        request_signature(tag.publication)
    return tag


def _checked_tag(tag: str) -> str:
    tag = tag.strip()
    if not is_tag(tag):
        message = "A tag is made of letters, digits, '.', '_' and '-', like 1.0 or latest; at most 128 of them."
        raise BadTag(message, errors={"tag": [message]})
    return tag


def _store(build: Build) -> Digests:
    """Stores the bytes of the artifact, before the transaction that links them; unlinked ones nobody can see.

    Searches the files for secrets too, so that the gate behind the lock only reads. Raises `NotPublishable` and `Busy`.
    """
    if build.kind != BuildTrigger.NUMBERED or build.state != JobState.SUCCEEDED or build.artefact is None:
        raise NotPublishable("Only a build that succeeded can be published.")
    artefact = build.artefact
    artifact = oci_artifact(rune_facts(build, artefact))
    if not secure(artefact):
        raise NotPublishable("The rune's file no longer exists. Build again.")
    require_searched(build.version)
    with put_batch() as put:
        manifest, config = put(artifact.manifest), put(artifact.config)
    return Digests(manifest.digest, config.digest, artefact.digest)


@transaction.atomic
def _publish(actor: Actor, build: Build, name: str, digests: Digests, notes: str, precondition: Precondition) -> Tag:
    project, existing = _lock_tag(build, name)
    require(actor.afresh(), Verb.PUBLISH, project)
    _require_merged(build)
    require_not_withdrawn(project, digests.manifest)
    if existing is not None and existing.manifest.blob_id == digests.manifest:
        return existing
    require_precondition(build_facets(build), precondition)
    if existing is None:
        require_distinct(project, name)
    if stays(name):
        _fix_version(project, name, existing, digests.manifest)
    # Asked behind the lock: no verdict, no other publication comes between the answer and the tag.
    answer = gate(build, name)
    if answer.missing:
        raise GateClosed(name, answer.missing, is_protected=answer.is_protected)
    admission = Admission.PASSED if answer.is_protected else Admission.OPEN
    tag = _link(actor, project, existing or Tag(name=name), build, digests, AdmissionRecord(admission), notes)
    write_entry(
        actor,
        "tag.publish",
        f"project:{project.pk}",
        project.place,
        digest=digests.manifest,
        tag=name,
        build_number=build.number,
        admission=admission.value,
    )
    append_event(project.stream, TAG_PUBLISHED(tag=name, build_number=build.number, admission=admission.value), actor)
    return tag


@transaction.atomic
def _override(
    actor: Actor, build: Build, name: str, digests: Digests, reason: str, notes: str, precondition: Precondition
) -> Tag:
    project, existing = _lock_tag(build, name)
    fresh = actor.afresh()
    require(fresh, Verb.PUBLISH, project)
    require(fresh, Verb.OVERRIDE_GATE, project)
    _require_merged(build)
    require_not_withdrawn(project, digests.manifest)
    require_precondition(build_facets(build), precondition)
    if existing is not None and existing.manifest.blob_id == digests.manifest:
        raise NothingToOverride(f"{name} already names these bytes.")
    if existing is None:
        require_distinct(project, name)
    if stays(name):
        _fix_version(project, name, existing, digests.manifest)
    answer = gate(build, name)
    if not answer.missing:
        raise NothingToOverride(
            f"Build {build.number} meets the requirements of {name}. Publish it without an override."
        )
    admission = AdmissionRecord(Admission.OVERRIDDEN, answer.missing, reason)
    tag = _link(actor, project, existing or Tag(name=name), build, digests, admission, notes)
    write_entry(
        actor,
        "tag.override",
        f"project:{project.pk}",
        project.place,
        digest=digests.manifest,
        tag=name,
        build_number=build.number,
        reason=reason,
        missing=list(answer.missing),
    )
    overridden = Admission.OVERRIDDEN.value
    append_event(project.stream, TAG_PUBLISHED(tag=name, build_number=build.number, admission=overridden), actor)
    return tag


def _lock_tag(build: Build, name: str) -> tuple[Project, Tag | None]:
    """The build's project, with its row and its names locked, and the tag as it is now."""
    lock_names(build.project.organisation_id)
    projects = Project.objects.select_for_update(of=("self",), no_key=True).select_related("organisation")
    project = projects.get(pk=build.project_id)
    tags = Tag.objects.filter(repository__project=project, name=name)
    return project, tags.select_related("manifest", "build").first()


def _link(
    actor: Actor,
    project: Project,
    tag: Tag,
    build: Build,
    digests: Digests,
    admission: AdmissionRecord,
    notes: str,
) -> Tag:
    """Sets the tag, which may be new, within the caller's transaction. What was said of the build before it is not said
    of this one."""
    reserve_names(project.organisation)
    organisation = project.organisation_id
    repository, _ = Repository.objects.get_or_create(project=project)
    descriptions = {digests.manifest: {"media_type": MANIFEST_TYPE, "artifact_type": CONFIG_TYPE}}
    manifest = store_manifests(repository, descriptions)[digests.manifest]
    link_all([(repository, [digests.config, digests.rune]), (manifest, [digests.manifest])], organisation)
    now = timezone.now()
    publication = Publication.objects.create(
        repository=repository,
        tag=tag.name,
        build=build,
        author=actor.person,
        admission=admission.how,
        missing=list(admission.missing),
        reason=admission.reason,
        policy=(policy_of(build) or Policy()).to_json(),
        created=now,
    )
    values = {
        "repository": repository,
        "manifest": manifest,
        "build": build,
        "publication": publication,
        "author": actor.person,
        "created": now,
        "moves": not stays(tag.name),
        "notes": notes,
        "deprecated": None,
        "deprecation": "",
        "successor": "",
        "withdrawn": None,
        "withdrawal": "",
    }
    # Clients look there for what the server says of these bytes. Earlier pushes would hide it.
    names = [tag.name, *tags_of_lists(digests.manifest)]
    ArtifactTag.objects.filter(repository=repository, name__in=names).delete()
    for field, value in values.items():
        setattr(tag, field, value)
    tag.save()
    list_rune(tag)
    return tag


def _require_merged(build: Build) -> None:
    """A change request's result stands for nothing of the project until it is merged. The caller has locked the
    project, so it is not merged or undone meanwhile. Raises `NotPublishable`."""
    if build.version is None:
        return
    build.version.refresh_from_db(fields=["is_proposed", "proposed_in"])
    if build.change_request is not None:
        raise NotPublishable(
            f"Build {build.number} is what change request {build.change_request} would make, and that is not merged. "
            "Merge it, then publish this build."
        )


def require_not_withdrawn(project: Project, digest: str) -> None:
    """Raises `NotPublishable` for bytes that were withdrawn, under whatever tag."""
    withdrawn_rune = WithdrawnRune.objects.filter(repository__project=project, digest=digest).first()
    if withdrawn_rune is not None:
        raise NotPublishable(
            f"{withdrawn_rune} Publish another build, or end the withdrawal of {withdrawn_rune.tag} first."
        )


def _fix_version(project: Project, tag: str, existing: Tag | None, digest: str) -> None:
    """Makes a version's tag mean this manifest, for good. Raises `TagInUse`."""
    if existing is not None:
        message = (
            f"{tag} is build {existing.build.number} and cannot move: everyone who pulls it must get the same bytes. "
            "Choose the next version."
        )
        raise TagInUse(message, errors={"tag": [message]})
    fix_version(project, tag, digest)
