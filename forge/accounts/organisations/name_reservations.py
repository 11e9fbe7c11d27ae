"""Names that stay with one organisation for good: those under which something was published.

A client that pulled `acme/kitchen:1.0` must never get another organisation's bytes there. A name under which nothing
was published is given to the next organisation that takes it.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from forge.accounts.models import FormerOrganisationName, Organisation, ReservedName

MAX_NAMES = 10
"""Names that an organisation can have had. Else one could use up everybody's by renaming and publishing."""


def lock_names(organisation_id: UUID) -> Organisation:
    """The organisation, locked until the transaction ends: its names, and the names of its projects, stay as they are.

    An action that gives a name or publishes takes this lock, and takes it before a project's.
    """
    return Organisation.objects.select_for_update(no_key=True).get(pk=organisation_id)


def reserve_names(organisation: Organisation) -> None:
    """Keeps the names that lead to an organisation for it, since it publishes. The caller has locked its names."""
    # Locked, so that nobody is about to take one of them.
    former = _former_names(organisation).select_for_update().values_list("name", flat=True)
    names = [organisation.name, *former]
    rows = [ReservedName(name=name, organisation=organisation.pk) for name in names]
    ReservedName.objects.bulk_create(rows, ignore_conflicts=True)


def has_reserved_names(organisation: Organisation) -> bool:
    """Returns whether an organisation ever published anything."""
    return ReservedName.objects.filter(organisation=organisation.pk).exists()


def names_of(organisation: Organisation) -> frozenset[str]:
    """All names that lead to an organisation, or that it has for good."""
    reserved_names = ReservedName.objects.filter(organisation=organisation.pk).values_list("name", flat=True)
    return frozenset({organisation.name, *_former_names(organisation).values_list("name", flat=True), *reserved_names})


def _former_names(organisation: Organisation) -> QuerySet[FormerOrganisationName]:
    return FormerOrganisationName.objects.filter(organisation=organisation)


def is_reserved_by_another(name: str, organisation: Organisation | None) -> bool:
    """Returns whether a name is reserved for an organisation other than this one, or than a new one, which is None."""
    reservations = ReservedName.objects.filter(name=name)
    return (
        reservations.exists() if organisation is None else reservations.exclude(organisation=organisation.pk).exists()
    )
