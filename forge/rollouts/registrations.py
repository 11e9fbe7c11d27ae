"""The periodic work of rollouts, their event, and the hooks that they register with lower floors."""

from __future__ import annotations

from forge.core.processes.periodic import PeriodicTask, RunsIn, register
from forge.deployments.hooks import deployment_parts, rollout_card
from forge.fleet.hooks import device_rollout
from forge.rollouts import announcements as _sentences  # noqa: F401  declares the event
from forge.rollouts.pages.parts import device_rollout_of, rollout_card_of, rollouts_part
from forge.rollouts.work.ticking import TICK_EVERY, tick_all

register(PeriodicTask("rollouts", TICK_EVERY, RunsIn.ONE_WORKER, "carries rollouts on", tick_all))
deployment_parts.register(rollouts_part)
rollout_card.register(rollout_card_of)
device_rollout.register(device_rollout_of)
