"""The facets of a group that can change between reading it and changing it."""

from __future__ import annotations

from forge.core.preconditions import Facet
from forge.fleet.groups.models import DeviceGroup


def group_facets(group: DeviceGroup) -> tuple[Facet, ...]:
    """Returns its title and place, and its query."""
    parent = group.parent.name if group.parent else ""
    return (
        Facet("group", [group.title, parent], "The group's title or place changed."),
        Facet("query", group.query, "The group's query changed."),
    )
