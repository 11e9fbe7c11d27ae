"""The sentences of standing tables in the audit log."""

from __future__ import annotations

from forge.core.audit.messages import AuditTopic, declare

declare(
    AuditTopic.PUBLISHING,
    {
        "standing.join": "added {tag} of {project} to the standing table {table}",
        "standing.leave": "took {tag} of {project} out of the standing table {table}: {reason}",
    },
)
