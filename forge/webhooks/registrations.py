"""The hooks that webhooks registers with lower floors, and its periodic work."""

from __future__ import annotations

from forge.core.events.log import event_written
from forge.core.periodic import PeriodicTask, Runs, register
from forge.webhooks.courier import courier, end_old
from forge.webhooks.recording import record

event_written.register(record)
# Servers alone have a way out.
register(PeriodicTask("webhooks", 1, Runs.EACH_SERVER, "sends what is due to webhooks", courier.look))
register(PeriodicTask("old-deliveries", 24 * 3600, Runs.ONE_WORKER, "deletes old deliveries of webhooks", end_old))
