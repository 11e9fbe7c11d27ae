"""The periodic work of this app, its job, and its event."""

from __future__ import annotations

from forge.core.processes.periodic import PeriodicTask, RunsIn, register
from forge.exposure import announcements as _sentences  # noqa: F401  declares the event
from forge.exposure.bills.indexing import READ_EVERY, read_new_bills
from forge.exposure.exports.actions import delete_old_exports
from forge.exposure.exports.jobs import SIGN_EXPORT
from forge.jobs.kinds import register as register_kind

_HOUR = 3600.0
register_kind(SIGN_EXPORT)
register(PeriodicTask("bills", READ_EVERY, RunsIn.ONE_WORKER, "reads new bills of materials", read_new_bills))
register(
    PeriodicTask(
        "exposure-exports",
        _HOUR,
        RunsIn.ONE_WORKER,
        "deletes signed lists of devices after 30 days",
        delete_old_exports,
        deletes_old=True,
    )
)
