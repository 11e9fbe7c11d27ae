"""The sentences of the audit log about the keys that sign deployments."""

from __future__ import annotations

from forge.core.audit.messages import AuditTopic, declare

declare(
    AuditTopic.PUBLISHING,
    {
        "update-root.sign": "signed root {version} of the deployments of {organisation}",
        "update-keys.replace": "had the keys that sign the deployments of {organisation} replaced: {reason}",
    },
)
