"""The sentences of the audit log about retention."""

from __future__ import annotations

from forge.core.audit.messages import AuditTopic, declare

declare(
    AuditTopic.PUBLISHING,
    {
        "artifact.expire": "deleted {digest} in the registry of {project}, under {tags}, by a rule: {reason}",
        "organisation.retention": "changed which artifacts the registry of {organisation} deletes: {changes}",
    },
)
