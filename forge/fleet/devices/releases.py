"""The release that a device shall run: while a rollout is under way, the new one where that allows it, and the former
one elsewhere. The floor of rollouts writes who may have it; polls read it from the rows that they read anyway."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, Q

from forge.fleet.devices.models import Device, RolloutRole
from hmrd.protocol.wanted import Telemetry


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
    if not _is_rolled_out(device) or _has_role(device, RolloutRole.NEW) or _keeps(device, device.running_rune):
        return _present(device)
    is_of_deployment = device.running_deployment == assignment.path
    if is_of_deployment and device.running_number > assignment.former_number:
        return None
    return DeviceRelease(
        assignment.former_number,
        assignment.former_version,
        assignment.former_rune,
        assignment.former_size,
        assignment.former_order,
    )


def shadow_of(device: Device) -> DeviceRelease | None:
    """Returns the release that a device shall run beside the one that answers. No query."""
    assignment = device.assignment
    if assignment is None or device.retired is not None or not assignment.is_rolling_out:
        return None
    is_shadow = _has_role(device, RolloutRole.SHADOW) or _keeps(device, device.shadow_rune)
    return _present(device) if _is_rolled_out(device) and is_shadow else None


def telemetry_of(device: Device) -> Telemetry:
    """Returns the counts that a device sends: those of each hour while a rollout tries it or compares with it; none
    once it was retired, or while no deployment is for it."""
    assignment = device.assignment
    if assignment is None or device.retired is not None:
        return Telemetry.OFF
    telemetry = Telemetry.read(assignment.telemetry)
    is_hourly = assignment.is_rolling_out and _has_role(device, *RolloutRole)
    return Telemetry.HOUR if telemetry is Telemetry.DAY and is_hourly else telemetry


def runs_its_release() -> Q:
    """Returns the condition of devices that run the rune of their release (`release_of`)."""
    is_of_rollout = Q(assignment__rollout__isnull=False, assignment__rollout_number=F("assignment__number"))
    runs_new, runs_former = (Q(**{f"assignment__{field}": F("running_rune")}) for field in ("rune", "former_rune"))
    has_new_role = Q(rollout_role=RolloutRole.NEW) | Q(rollout_role=RolloutRole.KEEPS) & runs_new
    is_denied = is_of_rollout & ~(Q(rollout__isnull=False, rollout=F("assignment__rollout")) & has_new_role)
    return ~Q(running_rune="") & Q(assignment__isnull=False) & ((~is_denied & runs_new) | (is_denied & runs_former))


def _present(device: Device) -> DeviceRelease | None:
    assignment = device.assignment
    if assignment is None:
        return None
    return DeviceRelease(assignment.number, assignment.version, assignment.rune, assignment.size, assignment.order)


def _is_rolled_out(device: Device) -> bool:
    """Returns whether a rollout decides which devices get the release of a device's assignment."""
    assignment = device.assignment
    return assignment is not None and assignment.rollout is not None and assignment.rollout_number == assignment.number


def _keeps(device: Device, rune: str) -> bool:
    """Returns whether a device has the release by a rune that it reported, while its rollout is held."""
    assignment = device.assignment
    return assignment is not None and rune == assignment.rune and _has_role(device, RolloutRole.KEEPS)


def _has_role(device: Device, *roles: RolloutRole) -> bool:
    assignment = device.assignment
    return assignment is not None and device.rollout == assignment.rollout and device.rollout_role in roles
