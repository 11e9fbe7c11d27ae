"""Reading an organisation's retention rules, and finding what they delete."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from forge.accounts.models import Organisation
from forge.accounts.organisations.access import require_in
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.blobs.links import owner_kind
from forge.core.models import BlobLink
from forge.core.seen import Facet
from forge.registry.hooks import is_protected
from forge.registry.models import Manifest, Repository
from forge.registry.retention.models import RetentionRules
from forge.registry.retention.policy import Artifact, Expired, RetentionPolicy, RetentionRule, expired

MOST_SHOWN = 200
"""Artifacts that a preview has."""


@dataclass(frozen=True)
class Preview:
    """What rules would delete now: the first of it, each with its repository, and how many there are in all."""

    rows: tuple[tuple[Repository, Expired], ...]
    count: int


def policy_of(organisation: UUID) -> RetentionPolicy:
    """An organisation's rules. The caller has found it for someone."""
    row = RetentionRules.objects.filter(pk=organisation).first()
    if row is None:
        return RetentionPolicy()
    return RetentionPolicy(tuple(RetentionRule(**rule) for rule in row.rules), tuple(row.keep))


def retention_facets(policy: RetentionPolicy) -> tuple[Facet, ...]:
    """What a change of the rules depends on."""
    values = [[asdict(rule) for rule in policy.rules], list(policy.keep)]
    return (Facet("retention", values, "The rules that delete artifacts changed."),)


def preview_of(actor: Actor, organisation: Organisation, policy: RetentionPolicy, now: datetime) -> Preview:
    """What rules that need not be saved would delete now. Raises `Forbidden`."""
    require_in(actor, Verb.RENAME_ORGANISATION, organisation)
    rows = []
    for repository in repositories_of(organisation.pk):
        rows += [(repository, each) for each in expired_in(repository, policy, now)]
    return Preview(tuple(rows[:MOST_SHOWN]), len(rows))


def repositories_of(organisation: UUID) -> Iterator[Repository]:
    """The repositories of the organisation's projects, by name."""
    rows = Repository.objects.filter(project__organisation=organisation, project__deleted_at=None)
    yield from rows.select_related("project__organisation").order_by("project__name")


def expired_in(repository: Repository, policy: RetentionPolicy, now: datetime) -> list[Expired]:
    """The artifacts of a repository that rules delete. What a build or a block published is none of them."""
    return expired(list(_artifacts_of(repository)), policy, now) if policy.rules else []


def _artifacts_of(repository: Repository) -> Iterator[Artifact]:
    manifests = Manifest.objects.filter(repository=repository, trashed=None)
    present = set(manifests.values_list("blob_id", flat=True))
    ids = manifests.values("pk")
    lists = BlobLink.objects.filter(owner_kind=owner_kind(Manifest), owner_id__in=ids, blob__in=present)
    owners = dict(manifests.values_list("pk", "blob_id"))
    listed = {digest for owner, digest in lists.values_list("owner_id", "blob_id") if owners[owner] != digest}
    pushed = manifests.filter(tags=None, blocks=None).prefetch_related("artifact_tags").order_by("created", "blob_id")
    for manifest in pushed:
        tags = {tag.name: tag.created for tag in manifest.artifact_tags.all()}
        is_needed = (
            manifest.blob_id in listed
            or manifest.subject in present
            or any(is_protected(repository.project, tag) for tag in tags)
        )
        yield Artifact(manifest.blob_id, tags, manifest.created, manifest.pulled, is_needed)
