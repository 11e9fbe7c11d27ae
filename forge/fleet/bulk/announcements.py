"""The sentences of the audit log about acts on many devices."""

from __future__ import annotations

from forge.core.audit.messages import AuditTopic, declare

declare(
    AuditTopic.DEVICES,
    {
        "devices.label": "changed labels of {count} devices that match {query}: {labels}",
        "devices.import-labels": "changed labels of {count} devices by a table",
        "devices.request": "asked {count} devices that match {query} for: {request}",
    },
)
