"""Devices that are in several groups with deployments: the one that was bound first decides, so the others miss them.

`membership.py` chooses; this reads what it chose, for pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from forge.fleet.groups.models import Assignment
from forge.fleet.models import Device
from forge.fleet.queries.matching import full_condition, matching, parse_query, scope_of
from forge.fleet.queries.syntax import QueryOperator, QueryTerm


@dataclass(frozen=True)
class OtherDecision:
    """Devices of a deployment's group for which another deployment decides, and the query that lists them."""

    assignment: Assignment
    devices: int
    query: str


def overruled_assignments(device: Device) -> Sequence[Assignment]:
    """Returns the assignments of other groups that a device is in, in the order in which they were bound. The
    device's own was bound before them. The caller has found the device."""
    if device.assignment_id is None or device.retired is not None:
        return []
    rows = Assignment.objects.filter(organisation=device.organisation_id).exclude(pk=device.assignment_id)
    others = list(rows.select_related("group").order_by("bound", "pk"))
    if not others:
        return []
    scope = scope_of(device.organisation_id)
    counts: dict[str, Any] = {
        f"group_{number}": Count("pk", filter=full_condition(parse_query(each.group.query), scope))
        for number, each in enumerate(others)
    }
    is_member = Device.objects.filter(pk=device.pk).order_by().aggregate(**counts)
    return [each for number, each in enumerate(others) if is_member[f"group_{number}"]]


def decided_elsewhere(assignment: Assignment) -> Sequence[OtherDecision]:
    """Returns the other deployments that decide for devices of an assignment's group, that of most devices first. The
    caller has found the deployment, and `group` was read with it."""
    group = assignment.group
    members = matching(parse_query(group.query), scope_of(assignment.organisation_id))
    others = members.exclude(assignment=None).exclude(assignment=assignment.pk).order_by()
    counts = dict(others.values_list("assignment").annotate(devices=Count("pk")))
    rows = Assignment.objects.filter(pk__in=counts).select_related("group") if counts else ()
    decisions = [OtherDecision(each, counts[each.pk], _query_of(group.name, each)) for each in rows]
    return sorted(decisions, key=lambda each: (-each.devices, each.assignment.title))


def _query_of(group: str, other: Assignment) -> str:
    """Returns the query for the devices of a group for which another deployment decides."""
    _, _, deployment = other.path.partition("/")
    terms = (("group", group), ("deployment", deployment))
    return " ".join(str(QueryTerm(field, QueryOperator.EQUALS, (value,))) for field, value in terms)
