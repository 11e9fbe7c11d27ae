"""The usage of each resource by an organisation, beside its limits: for its page, the API and the operator."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from forge.accounts.models import Organisation, User
from forge.accounts.quotas.limits import QuotaResource, limits_of, limits_of_organisations
from forge.core.blobs.usage import organisation_bytes
from forge.core.hooks import Hook
from forge.core.models import StoredBytes

WARNING_SHARE = 0.8
"""The part of a limit from which people are warned."""

Counts = Mapping[QuotaResource, int]

organisation_counts: Hook[[Organisation], Counts] = Hook()
"""Returns the usage by an organisation of the resources that a floor counts."""

person_counts: Hook[[User], Counts] = Hook()
"""The same of a person, in all organisations together."""


@dataclass(frozen=True)
class ResourceUsage:
    """The usage of a resource, and its limit."""

    resource: QuotaResource
    used: int
    limit: int

    @property
    def is_near(self) -> bool:
        """Whether the usage is so high that a warning is due."""
        return self.used >= self.limit * WARNING_SHARE

    @property
    def is_full(self) -> bool:
        return self.used >= self.limit


def usage_of(organisation: Organisation) -> tuple[ResourceUsage, ...]:
    """Returns an organisation's usage of all resources; the caller may show totals."""
    totals = {QuotaResource.BYTES: organisation_bytes(organisation.pk)}
    for counts in organisation_counts.call(organisation):
        totals.update(counts)
    return _beside_limits(totals, limits_of(organisation.stream))


def usage_of_person(user: User) -> tuple[ResourceUsage, ...]:
    """Returns a person's usage of all resources."""
    totals: dict[QuotaResource, int] = {}
    for counts in person_counts.call(user):
        totals.update(counts)
    return _beside_limits(totals, limits_of(user.stream))


def storage_of(organisations: Collection[UUID]) -> dict[UUID, ResourceUsage]:
    """The stored bytes of organisations, as they were counted last: quick, for a page that shows many."""
    sizes = dict(StoredBytes.objects.filter(pk__in=organisations).values_list("pk", "size"))
    limits = limits_of_organisations(organisations, QuotaResource.BYTES)
    return {pk: ResourceUsage(QuotaResource.BYTES, sizes.get(pk, 0), limits[pk]) for pk in organisations}


def with_storage(organisations: QuerySet[Organisation]) -> list[tuple[Organisation, ResourceUsage]]:
    """Organisations with what they store, as it was counted last. Two queries."""
    stored_bytes = StoredBytes.objects.filter(organisation=OuterRef("pk")).values("size")
    rows = list(organisations.annotate(stored=Coalesce(Subquery(stored_bytes), 0)))
    limits = limits_of_organisations([each.pk for each in rows], QuotaResource.BYTES) if rows else {}
    return [(each, ResourceUsage(QuotaResource.BYTES, each.stored, limits[each.pk])) for each in rows]


def _beside_limits(counts: Counts, limits: Counts) -> tuple[ResourceUsage, ...]:
    return tuple(
        ResourceUsage(resource, counts[resource], limits[resource]) for resource in limits if resource in counts
    )
