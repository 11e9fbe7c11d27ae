"""The hooks that notices registers with lower floors: events become notices; periodic work sends and ends them."""

from __future__ import annotations

from forge.core.events.log import event_written
from forge.core.processes.periodic import PeriodicTask, RunsIn, register
from forge.notices.delivery.mail import end_old, send_due
from forge.notices.delivery.recording import record

DAY = 24 * 3600.0


def send_mail() -> None:
    """Sends the emails about notices that are due."""
    send_due()


def end_old_notices() -> None:
    """Deletes notices whose last event is long ago."""
    end_old()


event_written.register(record)
# Servers alone have a way to a mail server.
register(PeriodicTask("notice-mail", 10, RunsIn.EACH_SERVER, "sends emails about notices", send_mail))
register(PeriodicTask("notices", DAY, RunsIn.ONE_WORKER, "deletes old notices", end_old_notices, deletes_old=True))
