"""The sentences of the audit log about second builds."""

from __future__ import annotations

from forge.core.audit.messages import AuditTopic, declare

declare(
    AuditTopic.PUBLISHING,
    {
        "rebuild.same": "built the published build {build_number} of {project} again, with the same bytes",
        "rebuild.different": "built the published build {build_number} of {project} again, with other bytes: {second}",
        "rebuild.fail": "could not build the published build {build_number} of {project} again: {reason}",
    },
)
