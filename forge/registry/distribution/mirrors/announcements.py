"""The sentences of the audit log about mirrors."""

from __future__ import annotations

from forge.core.audit.messages import AuditTopic, declare

declare(
    AuditTopic.PUBLISHING,
    {
        "mirror.set": "set a mirror of {project}: {direction} {address}",
        "mirror.remove": "removed a mirror of {project}: {direction} {address}",
        "mirror.copy": "asked for a copy of {project} to {address}",
    },
)
