"""The values that completion offers for a field: fixed ones, or those of the organisation's devices with counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from forge.fleet.models import Assignment, Device, DeviceBatch, DeviceGroup, DeviceLabel
from forge.fleet.queries.conditions import QueryScope, fits
from forge.fleet.queries.values import NONE

MOST_VALUES = 12


@dataclass(frozen=True)
class CountedValue:
    """A value that a field has, and how many devices have it; None where nobody counted."""

    value: str
    count: int | None = None


ValueSource = Callable[[QueryScope, str], list[CountedValue]]
"""Returns the values that begin with a text, those of most devices first."""


def fixed_values(*names: str) -> ValueSource:
    """Returns the source of a field with fixed values."""

    def values(scope: QueryScope, prefix: str) -> list[CountedValue]:
        return [CountedValue(name) for name in names if name.startswith(prefix)]

    return values


def column_values(column: str) -> ValueSource:
    """Returns the source of a column of devices."""
    return lambda scope, prefix: _counted(_devices(scope).exclude(**{column: ""}), column, prefix)


def label_values(key: str) -> ValueSource:
    """Returns the source of a label."""

    def values(scope: QueryScope, prefix: str) -> list[CountedValue]:
        return _counted(DeviceLabel.objects.filter(organisation=scope.organisation, key=key), "value", prefix)

    return values


def label_keys(scope: QueryScope, prefix: str) -> list[CountedValue]:
    """Returns the keys of the organisation's labels."""
    return _counted(DeviceLabel.objects.filter(organisation=scope.organisation), "key", prefix)


def running_versions(scope: QueryScope, prefix: str) -> list[CountedValue]:
    """Returns the versions that devices run."""
    return [*_counted(_devices(scope).exclude(running_rune=""), "running_version", prefix), *_none(prefix)]


def assignment_values(column: str) -> ValueSource:
    """Returns the source of a column of what devices shall run."""

    def values(scope: QueryScope, prefix: str) -> list[CountedValue]:
        names = Assignment.objects.filter(organisation=scope.organisation).values_list(column, flat=True)
        # The organisation in the path is that of the query.
        words = sorted({name.partition("/")[2] or name for name in names})
        return [*(CountedValue(word) for word in words if word.startswith(prefix)), *_none(prefix)][:MOST_VALUES]

    return values


def batch_titles(scope: QueryScope, prefix: str) -> list[CountedValue]:
    """Returns the titles of batches, with the number of devices that each let in."""
    batches = DeviceBatch.objects.filter(_begins("title", prefix), organisation=scope.organisation).order_by(
        "-used", "title"
    )
    return [CountedValue(title, count) for title, count in batches.values_list("title", "used")[:MOST_VALUES]]


def group_names(scope: QueryScope, prefix: str) -> list[CountedValue]:
    """Returns the names of groups and saved searches."""
    groups = DeviceGroup.objects.filter(_begins("name", prefix), organisation=scope.organisation).order_by("name")
    return [*map(CountedValue, groups.values_list("name", flat=True)[:MOST_VALUES]), *_none(prefix)]


def _devices(scope: QueryScope) -> QuerySet[Device]:
    return Device.objects.filter(organisation=scope.organisation).in_service()


def _counted(rows: QuerySet[Device] | QuerySet[DeviceLabel], column: str, prefix: str) -> list[CountedValue]:
    values = rows.filter(_begins(column, prefix)).order_by().values_list(column).annotate(count=Count("*"))
    return [CountedValue(value, count) for value, count in values.order_by("-count", column)[:MOST_VALUES]]


def _begins(column: str, prefix: str) -> Q:
    return fits(column, f"{prefix.replace('*', '')}*") if prefix else Q()


def _none(prefix: str) -> list[CountedValue]:
    return [CountedValue(NONE)] if NONE.startswith(prefix) else []
