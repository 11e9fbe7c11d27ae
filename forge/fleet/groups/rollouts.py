"""Rollouts as assignments and devices have them: the release before that of the rollout, and who may have which. The
floor of rollouts calls this; `forge.fleet.devices.releases` says what a device gets by it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from forge.core.errors import Conflict
from forge.fleet.devices.models import Device, RolloutRole
from forge.fleet.groups.models import Assignment

AT_ONCE = 500
"""Devices whose ids one statement names."""
_OF_RELEASE = ("number", "version", "rune", "size", "order")
"""The fields of an assignment that say which release it is."""


class RolloutUnderWay(Conflict):
    """A rollout decides which release the devices of a deployment get."""

    title = "A rollout is under way"


def require_no_rollout(assignment: Assignment | None) -> None:
    """Raises `RolloutUnderWay` while a rollout decides what the devices get."""
    if assignment is not None and assignment.is_rolling_out:
        raise RolloutUnderWay("End the rollout first, or have it go back.")


def begin_rollout(assignment: Assignment, rollout: UUID, number: int) -> None:
    """Has the devices keep the present release until the rollout of release `number` allows them that."""
    former = {f"former_{name}": getattr(assignment, name) for name in _OF_RELEASE}
    _change(assignment, rollout=rollout, rollout_number=number, is_rolling_out=True, **former)


def end_rollout(assignment: Assignment) -> None:
    """Ends a rollout whose devices keep what they have: no further device gets its release until another is chosen."""
    _change(assignment, is_rolling_out=False)


def close_to_others(assignment: Assignment, rollout: UUID, number: int) -> None:
    """Has a rollout decide again which devices get its release, also if all did before."""
    if (assignment.rollout, assignment.rollout_number) != (rollout, number):
        _change(assignment, rollout=rollout, rollout_number=number)


def open_to_all(assignment: Assignment) -> None:
    """Gives the release to all devices of the group."""
    _change(assignment, rollout=None, rollout_number=0, is_rolling_out=False)


def give_roles(rollout: UUID, devices: Collection[UUID], role: RolloutRole) -> None:
    """Writes the part of devices in a rollout."""
    ids = list(devices)
    for start in range(0, len(ids), AT_ONCE):
        rows = Device.objects.filter(pk__in=ids[start : start + AT_ONCE])
        rows.update(rollout=rollout, rollout_role=role, revision=F("revision") + 1)


def _change(assignment: Assignment, **fields: object) -> None:
    rows = Assignment.objects.filter(pk=assignment.pk)
    rows.update(**fields, revision=F("revision") + 1, changed=timezone.now())
    assignment.refresh_from_db()
