"""The sentences of the audit log about guests of reviews."""

from __future__ import annotations

from forge.core.audit.messages import AuditTopic, declare

declare(
    AuditTopic.REVIEWS,
    {
        "guest.invite": "made a link to {review} of {project} for {title}, who needs no account",
        "guest.revoke": "revoked the link to {review} of {project} for {title}",
        "guest.enter": "opened {review} of {project}",
        "guest.say": "commented on {review} of {project}",
    },
)
declare(
    AuditTopic.DOWNLOADS, {"guest.download": "fetched the rune of build {number} of {review} of {project} to try it"}
)
