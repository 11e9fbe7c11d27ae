"""The hooks that webhooks registers with lower floors, and its periodic work."""

from __future__ import annotations

from forge.core.events.log import event_written
from forge.core.processes.periodic import PeriodicTask, RunsIn, register
from forge.jobs.kinds import register as register_kind
from forge.webhooks.delivery_jobs import DELIVERY, send_due
from forge.webhooks.recording import record

event_written.register(record)
register_kind(DELIVERY)
# Servers alone have a way out.
register(PeriodicTask("webhooks", 1, RunsIn.EACH_SERVER, "sends what is due to webhooks", send_due))
