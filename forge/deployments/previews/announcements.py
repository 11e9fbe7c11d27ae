"""The sentences of the audit log about previews of change requests."""

from __future__ import annotations

from forge.core.audit.messages import AuditTopic, declare

declare(
    AuditTopic.PUBLISHING,
    {
        "preview.create": "created a link to the preview of {change_request} of {project}, for {days} days",
        "preview.end": "ended the link to the preview of {change_request} of {project}",
    },
)
