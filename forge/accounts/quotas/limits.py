"""The limits of each resource for an organisation and a person: defaults, and the operator's changes.

What uses a resource checks its quota in the transaction that uses it, with the holder locked (`locked`), so that two
who use it at once do not both slip under. What is used is counted by the floor that has the tables
(`forge.accounts.quotas.usage`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from forge.accounts.errors import StorageQuotaReached
from forge.accounts.models import Organisation, Quota, User
from forge.core.blobs.usage import recount, stored_bytes
from forge.core.database.compiled_queries import CompiledLookup

GIGABYTE = 1_000_000_000


class QuotaResource(StrEnum):
    """The resources with a quota."""

    BYTES = "bytes"
    PROJECTS = "projects"
    BUILDS = "builds"
    """The builds in an hour."""
    MINUTES = "minutes"
    """The minutes of builds, in a day."""
    TRAINING = "training"
    """Minutes of training runs, in a day."""
    TRIALS = "trials"
    """Changes tried in copies of builds, in an hour."""
    PROTECTED_RUNS = "protected-runs"
    """Runs of a person's runes on samples that the person may not play, in a day."""
    DEVICES = "devices"
    """Devices that were not retired."""
    SOCKETS = "sockets"
    """The sockets at once, at one server process."""
    ORGANISATIONS = "organisations"
    """The number of the organisations of which a person is an owner."""


OF_ORGANISATION: Mapping[QuotaResource, int] = {
    QuotaResource.BYTES: 20 * GIGABYTE,
    QuotaResource.PROJECTS: 500,
    QuotaResource.BUILDS: 240,
    QuotaResource.MINUTES: 720,
    QuotaResource.TRAINING: 360,
    QuotaResource.TRIALS: 240,
    QuotaResource.DEVICES: 10_000,
    QuotaResource.SOCKETS: 1000,
}
"""The defaults of an organisation."""

OF_PERSON: Mapping[QuotaResource, int] = {
    QuotaResource.BUILDS: 120,
    QuotaResource.MINUTES: 360,
    QuotaResource.TRIALS: 60,
    QuotaResource.PROTECTED_RUNS: 30,
    QuotaResource.SOCKETS: 100,
    QuotaResource.ORGANISATIONS: 20,
}
"""The defaults of a person, in all organisations together."""

Holder = TypeVar("Holder", Organisation, User)

_of_holder = CompiledLookup(lambda holder, kind: Quota.objects.filter(holder__in=(holder, kind)), str, str)
"""This is asked with each upload, and more than once."""


def defaults_of(holder: str) -> Mapping[QuotaResource, int]:
    """The defaults of a kind of holder, `organisation` or `user`, also for one of them by its key."""
    return OF_ORGANISATION if holder.partition(":")[0] == "organisation" else OF_PERSON


def limits_of(holder: str) -> dict[QuotaResource, int]:
    """All limits of a holder by its key, as `Organisation.stream` and `User.stream` are, or of a kind of holder."""
    kind = holder.partition(":")[0]
    rows = {(row.holder, row.resource): row.limit for row in _of_holder.all(holder, kind)}
    return {
        resource: rows.get((holder, resource), rows.get((kind, resource), default))
        for resource, default in defaults_of(holder).items()
    }


def limit_of(holder: str, resource: QuotaResource) -> int:
    """Returns one limit of a holder."""
    return limits_of(holder)[resource]


def limits_of_organisations(organisations: Collection[UUID], resource: QuotaResource) -> dict[UUID, int]:
    """Returns one limit of many organisations, in one query."""
    keys = {f"organisation:{pk}": pk for pk in organisations}
    rows = Quota.objects.filter(holder__in=(*keys, "organisation"), resource=resource)
    limits = dict(rows.values_list("holder", "limit"))
    default = limits.get("organisation", OF_ORGANISATION[resource])
    return {pk: limits.get(key, default) for key, pk in keys.items()}


def locked(holder: Holder) -> Holder:
    """The holder's row, locked to the end of the transaction: for an action that counts what it has and then adds to
    it."""
    # Rows that point to it may be written meanwhile.
    return type(holder).objects.select_for_update(no_key=True).get(pk=holder.pk)


def require_room(organisation: UUID, size: int = 1) -> None:
    """Raises `StorageQuotaReached` for an organisation that may not store so many bytes more.

    Call it before something is stored.
    """
    limit = limit_of(f"organisation:{organisation}", QuotaResource.BYTES)
    _require_at_most(limit - size, organisation, limit)


def require_fits(organisation: UUID) -> None:
    """Raises `StorageQuotaReached` if too much is stored. Call it in the transaction that has just linked more."""
    limit = limit_of(f"organisation:{organisation}", QuotaResource.BYTES)
    _require_at_most(limit, organisation, limit)


def _require_at_most(most: int, organisation: UUID, limit: int) -> None:
    # Bytes that were deleted since the last count do not count against the limit.
    if stored_bytes(organisation) > most and recount(organisation) > most:
        raise StorageQuotaReached(limit)
