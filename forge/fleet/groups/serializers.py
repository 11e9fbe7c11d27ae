"""Groups of devices as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, TypedDict

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.api.json_types import Timestamp, choices
from forge.fleet.groups.counts import count_groups
from forge.fleet.groups.models import Assignment, DeviceGroup, GroupKind
from forge.fleet.queries.matching import scope_of


class GroupAssignmentJson(TypedDict):
    """The release that the devices of a group shall run."""

    deployment: Annotated[str, "such as `acme/door-knock/gateways`"]
    title: Annotated[str, "the deployment, as pages call it"]
    version: str


class DeviceGroupJson(TypedDict):
    """A group of devices, or a saved search."""

    name: str
    title: str
    kind: Annotated[str, choices("DeviceGroupKind", GroupKind.values)]
    query: str
    parent: Annotated[str | None, "the name of the group below which pages list it"]
    devices: Annotated[int, "how many devices match now"]
    assignment: Annotated[GroupAssignmentJson | None, "null while no deployment is bound to the group"]
    created: Timestamp
    created_by: PersonJson | None


class DeviceGroupsJson(TypedDict):
    """The groups and saved searches of an organisation."""

    groups: list[DeviceGroupJson]


def group_to_json(group: DeviceGroup) -> DeviceGroupJson:
    """Returns one group, with its count."""
    return groups_to_json([group])["groups"][0]


def groups_to_json(groups: Iterable[DeviceGroup]) -> DeviceGroupsJson:
    """Returns groups of one organisation, whose devices are counted together."""
    rows = list(groups)
    counts = count_groups(rows, scope_of(rows[0].organisation_id)) if rows else {}
    return {"groups": [_to_json(each, counts[each.pk]) for each in rows]}


def _to_json(group: DeviceGroup, count: int) -> DeviceGroupJson:
    assignment: Assignment | None = getattr(group, "assignment", None)
    return {
        "name": group.name,
        "title": group.title,
        "kind": group.kind,
        "query": group.query,
        "parent": group.parent.name if group.parent else None,
        "devices": count,
        "assignment": _assignment_to_json(assignment) if assignment else None,
        "created": group.created.isoformat(),
        "created_by": person_to_json(group.created_by) if group.created_by else None,
    }


def _assignment_to_json(assignment: Assignment) -> GroupAssignmentJson:
    return {"deployment": assignment.path, "title": assignment.title, "version": assignment.version}
