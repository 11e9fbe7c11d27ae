"""Rollouts on pages of other apps: the tab of a deployment, the card beside its version, and the part of a device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils import timezone

from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.deployments.hooks import DeploymentPart
from forge.deployments.models import Deployment, DeploymentKind
from forge.fleet.hooks import DeviceRollout
from forge.fleet.models import Device, RolloutRole
from forge.rollouts.access import present_rollout, rollout_of_device, states_under_way
from forge.rollouts.machine import RolloutState
from forge.rollouts.models import Rollout, RolloutDevice
from forge.rollouts.pages.words import STATES, RolloutTag, stage_title
from forge.rollouts.work.status import devices_by_stage

NAME: Final = "rollouts"
_COUNTS: Final = {
    RolloutState.RUNNING: "1 under way",
    RolloutState.PAUSED: "1 paused",
    RolloutState.STOPPED: "1 stopped",
    RolloutState.GOING_BACK: "1 going back",
}


@dataclass(frozen=True)
class RolloutCard:
    """The newest rollout of a deployment as its page shows it beside the version."""

    rollout: Rollout | None
    """The rollout that is under way; None without one."""
    mark: RolloutTag | None
    running: int
    count: int
    url: str
    """The page of the rollout, or of all of them."""
    may_start: bool


def rollouts_part(deployment: Deployment) -> Sequence[DeploymentPart]:
    """Returns the page of rollouts as a tab, of a deployment for devices. One rollout is under way at most."""
    if deployment.kind != DeploymentKind.DEVICES:
        return ()
    return (DeploymentPart(NAME, "Rollouts", "".join(map(_COUNTS.__getitem__, states_under_way(deployment)))),)


def rollout_card_of(actor: Actor, deployment: Deployment) -> RolloutCard | None:
    """Returns the card of a deployment that the caller has found; None of one that is not for devices."""
    if deployment.kind != DeploymentKind.DEVICES:
        return None
    url = f"{deployment.get_absolute_url()}/{NAME}"
    may_start = can(actor, Verb.DEPLOY, deployment.project) and can(
        actor, Verb.CHANGE_DEVICES, deployment.project.organisation
    )
    rollout = present_rollout(deployment)
    if rollout is None or rollout.has_ended:
        return RolloutCard(None, None, 0, 0, url, may_start)
    stages = devices_by_stage(rollout, timezone.now()).values()
    mark = STATES[RolloutState(rollout.state)]
    running, count = sum(each.running for each in stages), sum(each.count for each in stages)
    return RolloutCard(rollout, mark, running, count, rollout.get_absolute_url(), may_start)


def device_rollout_of(device: Device) -> DeviceRollout | None:
    """Returns the part of a device in the rollout that decides which release it runs; None without one."""
    place = rollout_of_device(device)
    if place is None:
        return None
    rollout, row = place
    return DeviceRollout(
        f"Rollout of {rollout.release.version}", rollout.get_absolute_url(), _part_text(rollout, row, device)
    )


def _part_text(rollout: Rollout, row: RolloutDevice | None, device: Device) -> str:
    new, former = rollout.release.version, rollout.former.version
    if row is None or row.stage is None:
        comparison = " and is compared with" if device.rollout_role == RolloutRole.COMPARED else ""
        if rollout.has_ended:
            return f"The rollout ended before its stage: it runs {former}{comparison}."
        return f"It runs {former} until its stage{comparison}."
    stage = f"stage {row.stage + 1} ({stage_title(rollout.plan.stages[row.stage])})"
    if row.admitted is None:
        return f"It is in {stage} and waits for its turn. It runs {former} until then."
    if device.rollout_role == RolloutRole.KEEPS:
        return f"It is in {stage}, and keeps what it runs while the rollout is held."
    if device.rollout_role == RolloutRole.SHADOW:
        return f"It is in {stage}: it runs {new} beside {former}, which answers."
    return f"It is in {stage}, which gets {new}."
