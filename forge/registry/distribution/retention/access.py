"""Reading an organisation's retention rules, and finding what they delete."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from forge.accounts.access import require_in
from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.blobs.links import owner_kind
from forge.core.models import BlobLink
from forge.core.preconditions import Facet
from forge.registry.distribution.retention.models import RetentionRules
from forge.registry.distribution.retention.policy import (
    Artifact,
    ExpiredArtifact,
    RetentionPolicy,
    RetentionRule,
    find_expired,
)
from forge.registry.hooks import protected_among
from forge.registry.models import Manifest, Repository

MOST_SHOWN = 200
"""Artifacts that a preview has."""


@dataclass(frozen=True)
class DeletionPreview:
    """A preview of deletions by rules: the first of them, each with its repository, and the total number."""

    rows: tuple[tuple[Repository, ExpiredArtifact], ...]
    count: int


def policy_of(organisation: UUID) -> RetentionPolicy:
    """An organisation's rules. The caller has found it for someone."""
    row = RetentionRules.objects.filter(pk=organisation).first()
    if row is None:
        return RetentionPolicy()
    return RetentionPolicy(tuple(RetentionRule(**rule) for rule in row.rules), tuple(row.keep))


def retention_facets(policy: RetentionPolicy) -> tuple[Facet, ...]:
    """Returns the facets that a change of the rules depends on."""
    values = [[asdict(rule) for rule in policy.rules], list(policy.keep)]
    return (Facet("retention", values, "The rules that delete artifacts changed."),)


def preview_of(actor: Actor, organisation: Organisation, policy: RetentionPolicy, now: datetime) -> DeletionPreview:
    """Returns a preview of deletions by rules that need not be saved. Raises `Forbidden`."""
    require_in(actor, Verb.RENAME_ORGANISATION, organisation)
    rows = expired_in(list(repositories_of(organisation.pk)), policy, now)
    return DeletionPreview(tuple(rows[:MOST_SHOWN]), len(rows))


def repositories_of(organisation: UUID) -> Iterator[Repository]:
    """The repositories of the organisation's projects, by name."""
    rows = Repository.objects.filter(project__organisation=organisation, project__deleted_at=None)
    yield from rows.select_related("project__organisation").order_by("project__name")


def expired_in(
    repositories: Sequence[Repository], policy: RetentionPolicy, now: datetime
) -> list[tuple[Repository, ExpiredArtifact]]:
    """The artifacts that rules delete, by repository. What a build or a block published is none of them."""
    if not policy.rules:
        return []
    artifacts = _artifacts_of([each.pk for each in repositories])
    rows: list[tuple[Repository, ExpiredArtifact]] = []
    for repository in repositories:
        matches = find_expired(artifacts.get(repository.pk, []), policy, now)
        tags = {tag for each in matches for tag in each.artifact.tags}
        protected_tags = protected_among(repository.project, tags) if tags else frozenset()
        rows += [(repository, each) for each in matches if protected_tags.isdisjoint(each.artifact.tags)]
    return rows


def _artifacts_of(repositories: Sequence[UUID]) -> Mapping[UUID, list[Artifact]]:
    """The pushed artifacts of repositories, each repository's the oldest first, in as many queries as of one."""
    manifests = Manifest.objects.filter(repository__in=repositories, trashed=None)
    digests = {pk: (repository, digest) for pk, repository, digest in manifests.values_list("pk", "repository", "blob")}
    present = set(digests.values())
    links = BlobLink.objects.filter(owner_kind=owner_kind(Manifest), owner_id__in=manifests.values("pk"))
    listed_manifests = {
        (digests[owner][0], digest)
        for owner, digest in links.values_list("owner_id", "blob_id")
        if owner in digests and digests[owner][1] != digest
    }
    artifacts: dict[UUID, list[Artifact]] = {}
    pushed_manifests = manifests.filter(fixed=False).prefetch_related("artifact_tags").order_by("created", "blob_id")
    for manifest in pushed_manifests:
        repository = manifest.repository_id
        is_needed = (repository, manifest.blob_id) in listed_manifests or (repository, manifest.subject) in present
        tags = {tag.name: tag.created for tag in manifest.artifact_tags.all()}
        artifact = Artifact(manifest.blob_id, tags, manifest.created, manifest.pulled, is_needed)
        artifacts.setdefault(repository, []).append(artifact)
    return artifacts
