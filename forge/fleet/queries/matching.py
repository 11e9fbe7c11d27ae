"""The devices that match a query."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from forge.fleet.models import Device, DeviceQuerySet
from forge.fleet.queries.conditions import QueryScope
from forge.fleet.queries.fields import FIELDS, check, condition_of
from forge.fleet.queries.states import RETIRED
from forge.fleet.queries.syntax import STATE_FIELD, DeviceQuery, parse


def parse_query(text: str) -> DeviceQuery:
    """Reads a query, with what its fields take. Raises `BadQuery`."""
    query = parse(text)
    for term in query.terms:
        check(term)
    return query


def scope_of(organisation: UUID, now: datetime | None = None) -> QueryScope:
    """Returns the scope of a query: an organisation, now."""
    return QueryScope(organisation, now or timezone.now())


def full_condition(query: DeviceQuery, scope: QueryScope) -> Q:
    """Returns the condition of a query on the devices of an organisation. Retired devices match only a query that asks
    for them. Raises `BadQuery`."""
    condition = condition_of(query, scope)
    return condition if _asks_for_retired(query) else condition & Q(retired=None)


def matching(query: DeviceQuery, scope: QueryScope) -> DeviceQuerySet:
    """Returns the devices of an organisation that match a query. Raises `BadQuery`."""
    return Device.objects.filter(organisation=scope.organisation).filter(full_condition(query, scope))


def is_lasting(query: DeviceQuery) -> bool:
    """Returns whether devices match until a person changes something: then a deployment can be for them."""
    return all(check(term).is_lasting for term in query.terms)


def lasting_fields() -> str:
    """Returns the fields of lasting queries as a part of a sentence."""
    names = [field.name for field in FIELDS.values() if field.is_lasting]
    return f"labels, {', '.join(names[:-1])} and {names[-1]}"


def _asks_for_retired(query: DeviceQuery) -> bool:
    return any(term.field == STATE_FIELD and RETIRED in term.values and not term.is_negated for term in query.terms)
