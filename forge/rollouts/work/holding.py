"""Holds a rollout: while it does not run, no device begins to run its release that was not known to have it."""

from __future__ import annotations

from forge.fleet.groups.assignments import assignment_of
from forge.fleet.groups.rollouts import close_to_others, give_roles
from forge.fleet.models import RolloutRole
from forge.rollouts.models import Rollout
from forge.rollouts.work.status import devices_of, in_shadow_stage


def withhold(rollout: Rollout) -> None:
    """Takes the release from the devices that were allowed it, but for those that say that they run it: each poll
    decides by the last report, so that one that falls back meanwhile does not begin again. The rollout is locked."""
    assignment = assignment_of(rollout.deployment_id)
    if assignment is not None and assignment.number == rollout.release.number:
        close_to_others(assignment, rollout.pk, rollout.release.number)
    rows = devices_of(rollout).filter(admitted__isnull=False)
    give_roles(rollout.pk, list(rows.values_list("device", flat=True)), RolloutRole.KEEPS)


def allow_again(rollout: Rollout) -> None:
    """Gives the release back to the devices that were allowed it. The rollout is locked."""
    rows, shadow = devices_of(rollout).filter(admitted__isnull=False), in_shadow_stage(rollout)
    for of_role, role in ((rows.filter(shadow), RolloutRole.SHADOW), (rows.exclude(shadow), RolloutRole.NEW)):
        give_roles(rollout.pk, list(of_role.values_list("device", flat=True)), role)
