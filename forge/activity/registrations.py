"""The hooks that activity registers with lower floors: events become entries, and old entries end."""

from __future__ import annotations

from forge.activity.access import end_old
from forge.activity.recording import record
from forge.core.events.log import event_written
from forge.core.processes.periodic import PeriodicTask, RunsIn, register

DAY = 24 * 3600.0


def end_old_activity() -> None:
    """Deletes what happened long ago."""
    end_old()


event_written.register(record)
register(PeriodicTask("activity", DAY, RunsIn.ONE_WORKER, "deletes old events", end_old_activity, deletes_old=True))
