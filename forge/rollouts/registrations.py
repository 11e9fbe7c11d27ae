"""The periodic work of rollouts, and their event."""

from __future__ import annotations

from forge.core.processes.periodic import PeriodicTask, RunsIn, register
from forge.rollouts import announcements as _sentences  # noqa: F401  declares the event
from forge.rollouts.work.ticking import TICK_EVERY, tick_all

register(PeriodicTask("rollouts", TICK_EVERY, RunsIn.ONE_WORKER, "carries rollouts on", tick_all))
