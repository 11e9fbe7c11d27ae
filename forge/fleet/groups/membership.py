"""The choice of what each device shall run: kept on its row, and made anew when groups or devices change."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import F

from forge.accounts.models import Organisation
from forge.fleet.groups.models import Assignment
from forge.fleet.models import Device, DeviceQuerySet
from forge.fleet.queries.matching import full_condition, parse_query, scope_of

FEW = 500
"""Devices whose ids a statement names; of more, all devices of the organisation are looked at."""


@transaction.atomic
def assign_devices(organisation: Organisation, devices: Collection[UUID] | None = None) -> int:
    """Chooses what devices shall run, and returns for how many that changed: some of an organisation, or all of them.

    Of several groups that have a device, the one decides whose deployment was bound first. Call it in the transaction
    that changed the devices, a group or a deployment of a group.
    """
    rows = Device.objects.filter(organisation=organisation)
    if devices is not None and len(devices) <= FEW:
        rows = rows.filter(pk__in=devices)
    _lock(rows)
    scope, changed, earlier = scope_of(organisation.pk), 0, list[UUID]()
    assignments = Assignment.objects.filter(organisation=organisation).select_related("group")
    for assignment in assignments.order_by("bound", "pk"):
        condition = full_condition(parse_query(assignment.group.query), scope)
        changed += _assign(rows.filter(assignment=assignment).exclude(condition), None)
        others = rows.filter(condition).exclude(assignment__in=[*earlier, assignment.pk])
        changed += _assign(others, assignment)
        earlier.append(assignment.pk)
    return changed


def _lock(rows: DeviceQuerySet) -> None:
    """Waits for others who change these devices: each sees what the other committed. In one order, so that two of them
    do not wait for each other."""
    for _ in rows.order_by("pk").select_for_update(no_key=True).values_list("pk").iterator(10_000):
        pass


def _assign(rows: DeviceQuerySet, assignment: Assignment | None) -> int:
    """Writes what some devices shall run. The next poll of each has an answer."""
    return rows.order_by().update(assignment=assignment, revision=F("revision") + 1)
