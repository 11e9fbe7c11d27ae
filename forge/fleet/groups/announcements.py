"""The sentences of the audit log about groups of devices."""

from __future__ import annotations

from forge.core.audit.messages import AuditTopic, declare

declare(
    AuditTopic.DEVICES,
    {
        "device-group.create": "made the group {group} of the devices that match: {query}",
        "device-group.change": "changed the group {group} of devices: {changes}",
        "device-group.delete": "deleted the group {group} of the devices that match: {query}",
    },
)
