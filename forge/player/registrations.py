"""Periodic work of this floor: phones' passes that are over."""

from __future__ import annotations

from forge.core.processes.periodic import PeriodicTask, RunsIn, register
from forge.player.actions import delete_ended_passes

register(
    PeriodicTask(
        "phones", 24 * 3600, RunsIn.ONE_WORKER, "deletes phones' links and passes that ended", delete_ended_passes
    )
)
