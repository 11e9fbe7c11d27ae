"""Counts the devices of groups: one statement for all groups, each of whose parts the database plans by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import CharField, Count, Value

from forge.fleet.groups.models import DeviceGroup
from forge.fleet.models import DeviceQuerySet
from forge.fleet.queries.conditions import QueryScope
from forge.fleet.queries.errors import BadQuery
from forge.fleet.queries.matching import matching, parse_query
from forge.fleet.queries.remembered import remembered


def count_queries(queries: Iterable[str], scope: QueryScope) -> Mapping[str, int]:
    """Returns the number of devices that match each query; 0 for one that cannot be read any more."""
    texts = sorted(set(queries))
    return remembered(scope.organisation, repr(texts), lambda: _count(texts, scope))


def count_groups(groups: Iterable[DeviceGroup], scope: QueryScope) -> Mapping[UUID, int]:
    """Returns the number of devices in each group, by its id."""
    queries = {group.pk: group.query for group in groups}
    counts = count_queries(queries.values(), scope)
    return {identifier: counts[query] for identifier, query in queries.items()}


def _count(texts: Iterable[str], scope: QueryScope) -> Mapping[str, int]:
    counts = dict.fromkeys(texts, 0)
    parts = [
        devices.order_by().values(query=Value(text, CharField())).annotate(count=Count("pk"))
        for text in counts
        if (devices := _matching(text, scope)) is not None
    ]
    if parts:
        first, *others = parts
        counts |= {row["query"]: row["count"] for row in first.union(*others, all=True)}
    return counts


def _matching(text: str, scope: QueryScope) -> DeviceQuerySet | None:
    """A group that a saved search names may have been deleted since."""
    try:
        return matching(parse_query(text), scope)
    except BadQuery:
        return None
