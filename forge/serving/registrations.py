"""The registrations of this app with lower floors: the chain of the audit log, and its copies."""

from __future__ import annotations

from forge.core.audit.chain import copied_through
from forge.core.processes.periodic import PeriodicTask, RunsIn, register
from forge.serving.audit_copies import delivery

copied_through.register(delivery.copied_through)
register(
    PeriodicTask(
        "audit-chain", 1, RunsIn.EACH_SERVER, "chains the audit log and sends it to its copies", delivery.keep_chain
    )
)
