"""The release that a device gets while a rollout is under way: the new one where the rollout allows it, and the former
one elsewhere. The floor of rollouts writes who may have it; polls read it from the rows that they read anyway."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone

from forge.core.errors import Conflict
from forge.fleet.devices.models import Device, RolloutRole
from forge.fleet.groups.models import Assignment
from hmrd.protocol.wanted import Telemetry

AT_ONCE = 500
"""Devices whose ids one statement names."""


class RolloutUnderWay(Conflict):
    """A rollout decides which release the devices of a deployment get."""

    title = "A rollout is under way"


@dataclass(frozen=True)
class DeviceRelease:
    """A release of a deployment that a device may run."""

    number: int
    version: str
    rune: str
    """The digest of the rune, or "" while the device shall keep what it runs."""
    size: int
    order: str
    """The order of the key at home for it, or ""."""


def release_of(device: Device) -> DeviceRelease | None:
    """Returns the release that a device shall run: that of its assignment, or the former one where a rollout does not
    allow it. None of a device that no deployment is for, that was retired, or that keeps what it runs because an
    earlier rollout gave it a later release than the former one. No query."""
    assignment = device.assignment
    if assignment is None or device.retired is not None:
        return None
    if not _is_rollout_of_release(assignment) or _has_role(device, assignment, RolloutRole.NEW):
        return present_release(assignment)
    former = former_release(assignment)
    is_of_deployment = device.running_deployment == assignment.path
    return None if is_of_deployment and device.running_number > former.number else former


def shadow_of(device: Device) -> DeviceRelease | None:
    """Returns the release that a device shall run beside the one that answers. No query."""
    assignment = device.assignment
    if assignment is None or device.retired is not None or not assignment.is_rolling_out:
        return None
    is_shadow = _is_rollout_of_release(assignment) and _has_role(device, assignment, RolloutRole.SHADOW)
    return present_release(assignment) if is_shadow else None


def present_release(assignment: Assignment) -> DeviceRelease:
    """Returns the newest release of an assignment."""
    return DeviceRelease(assignment.number, assignment.version, assignment.rune, assignment.size, assignment.order)


def former_release(assignment: Assignment) -> DeviceRelease:
    """Returns the release that devices have which a rollout does not allow the new one."""
    return DeviceRelease(
        assignment.former_number,
        assignment.former_version,
        assignment.former_rune,
        assignment.former_size,
        assignment.former_order,
    )


def runs_its_release() -> Q:
    """Returns the condition of devices that run the rune of their release (`release_of`)."""
    is_of_rollout = Q(assignment__rollout__isnull=False, assignment__rollout_number=F("assignment__number"))
    is_allowed = Q(rollout__isnull=False, rollout=F("assignment__rollout"), rollout_role=RolloutRole.NEW)
    is_held = is_of_rollout & ~is_allowed
    runs_new, runs_former = (Q(**{f"assignment__{field}": F("running_rune")}) for field in ("rune", "former_rune"))
    return ~Q(running_rune="") & Q(assignment__isnull=False) & ((~is_held & runs_new) | (is_held & runs_former))


def _is_rollout_of_release(assignment: Assignment) -> bool:
    return assignment.rollout is not None and assignment.rollout_number == assignment.number


def _has_role(device: Device, assignment: Assignment, *roles: RolloutRole) -> bool:
    return device.rollout == assignment.rollout and device.rollout_role in roles


def telemetry_of(device: Device, assignment: Assignment) -> Telemetry:
    """Returns the counts that a device sends: those of each hour while a rollout tries it or compares with it."""
    telemetry = Telemetry.read(assignment.telemetry)
    is_hourly = assignment.is_rolling_out and _has_role(device, assignment, *RolloutRole)
    return Telemetry.HOUR if telemetry is Telemetry.DAY and is_hourly else telemetry


def require_no_rollout(assignment: Assignment | None) -> None:
    """Raises `RolloutUnderWay` while a rollout decides what the devices get."""
    if assignment is not None and assignment.is_rolling_out:
        raise RolloutUnderWay("End the rollout first, or have it go back.")


def begin_rollout(assignment: Assignment, rollout: UUID, number: int) -> None:
    """Has the devices keep the present release until the rollout of release `number` allows them that."""
    former = {f"former_{name}": value for name, value in vars(present_release(assignment)).items()}
    _change(assignment, rollout=rollout, rollout_number=number, is_rolling_out=True, **former)


def end_rollout(assignment: Assignment) -> None:
    """Ends a rollout whose devices keep what they have: no further device gets its release until another is chosen."""
    _change(assignment, is_rolling_out=False)


def open_to_all(assignment: Assignment) -> None:
    """Gives the release to all devices of the group."""
    _change(assignment, rollout=None, rollout_number=0, is_rolling_out=False)


def give_roles(rollout: UUID, devices: Collection[UUID], role: RolloutRole | None) -> None:
    """Writes the part of devices in a rollout, or that they have none."""
    ids = list(devices)
    for start in range(0, len(ids), AT_ONCE):
        rows = Device.objects.filter(pk__in=ids[start : start + AT_ONCE])
        rows.update(rollout=rollout, rollout_role=role or "", revision=F("revision") + 1)


def _change(assignment: Assignment, **fields: object) -> None:
    rows = Assignment.objects.filter(pk=assignment.pk)
    rows.update(**fields, revision=F("revision") + 1, changed=timezone.now())
    assignment.refresh_from_db()
