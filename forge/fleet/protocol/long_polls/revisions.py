"""The revisions of what devices shall run and of what is asked of them: what changes with each change for a device."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from forge.fleet.models import Device


def revisions_of(device: Device) -> str:
    """Names the state of a device. The number of its last report is not in it, which would end it with each report."""
    assignment = device.assignment
    return _revisions(device.revision, *((assignment.pk, assignment.revision) if assignment is not None else (None, 0)))


def revisions_now(devices: Collection[UUID]) -> Mapping[UUID, str]:
    """Names the states of the devices that are in service. One query."""
    rows = Device.objects.filter(pk__in=devices, retired=None, locked_out=None).order_by()
    columns = rows.values_list("pk", "revision", "assignment", "assignment__revision")
    return {pk: _revisions(revision, assignment, of_assignment) for pk, revision, assignment, of_assignment in columns}


def _revisions(revision: int, assignment: UUID | None, of_assignment: int | None) -> str:
    return f"{f'{assignment.hex[:12]}.{of_assignment}' if assignment else '0'}-{revision}"
