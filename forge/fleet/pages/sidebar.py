"""The groups and saved searches beside the list of devices, with how many devices each has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from forge.accounts.models import Organisation
from forge.core.actors import Actor
from forge.fleet.groups.access import groups_of
from forge.fleet.groups.counts import count_queries
from forge.fleet.groups.models import DeviceGroup, GroupKind
from forge.fleet.queries.conditions import QueryScope

IN_NO_GROUP = "group=none"


@dataclass(frozen=True)
class SidebarItem:
    """A group or a saved search: its depth in the list, its devices, and whether the page shows it."""

    title: str
    name: str
    query: str
    devices: int
    depth: int
    is_current: bool

    @property
    def address(self) -> str:
        """The list of these devices."""
        return f"?{urlencode({'q': self.query})}"


@dataclass(frozen=True)
class Sidebar:
    """The lists beside the devices."""

    groups: tuple[SidebarItem, ...]
    searches: tuple[SidebarItem, ...]


def sidebar_of(actor: Actor, organisation: Organisation, text: str, scope: QueryScope) -> Sidebar:
    """Returns the groups and searches of an organisation; `text` is the search of the page."""
    rows = list(groups_of(actor, organisation))
    groups = [each for each in rows if each.kind == GroupKind.GROUP]
    counts = count_queries([*(each.query for each in rows), *([IN_NO_GROUP] if groups else [])], scope)

    def item(group: DeviceGroup, depth: int = 0) -> SidebarItem:
        is_current = group.query == text
        return SidebarItem(group.title, group.name, group.query, counts[group.query], depth, is_current)

    nested = [item(group, depth) for group, depth in _nested(groups)]
    if groups:
        nested.append(SidebarItem("In no group", "", IN_NO_GROUP, counts[IN_NO_GROUP], 0, text == IN_NO_GROUP))
    searches = [item(each) for each in rows if each.kind == GroupKind.SEARCH]
    return Sidebar(tuple(nested), tuple(searches))


def _nested(groups: Sequence[DeviceGroup]) -> list[tuple[DeviceGroup, int]]:
    """Returns groups with their depths, each after the one that it is below."""
    ids = {each.pk for each in groups}
    below: dict[UUID | None, list[DeviceGroup]] = {}
    for each in groups:
        below.setdefault(each.parent_id if each.parent_id in ids else None, []).append(each)

    def walk(parent: UUID | None, depth: int) -> list[tuple[DeviceGroup, int]]:
        children = below.pop(parent, [])
        return [pair for child in children for pair in ((child, depth), *walk(child.pk, depth + 1))]

    # Groups that are each below the other, which no page makes, are at the end.
    nested = walk(None, 0)
    return nested + [(each, 0) for rest in below.values() for each in rest]
