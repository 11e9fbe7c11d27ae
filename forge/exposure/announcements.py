"""The event of a status that a person set for a rune and an advisory, and the sentences of the audit log."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.core.audit.messages import AuditSentences, AuditTopic
from forge.core.audit.messages import declare as declare_sentences
from forge.core.events.announcements import PlaceAddress, StoredEvent, WebhookAnnouncement, WebhookMessage
from forge.core.events.declarations import EventType, StreamKind, declare
from forge.deployments.announcements import DEPLOYMENTS


class VexStatementJson(TypedDict):
    """A person set a status for a rune and an advisory (VEX)."""

    rune: Annotated[str, "the digest of the rune"]
    version: Annotated[str, "the name of the rune"]
    advisory: str
    status: Annotated[str, "affected, not_affected, fixed or under_investigation"]
    justification: Annotated[str, "the reason of OpenVEX of a rune that is not affected; empty elsewhere"]


def _message(event: StoredEvent[VexStatementJson], project: PlaceAddress) -> WebhookMessage:
    return WebhookMessage("vex.statement", {**event.data, "url": project.url})


VEX_STATED = declare(
    EventType(
        "vex.statement",
        StreamKind.PROJECT,
        VexStatementJson,
        audit=AuditSentences(
            AuditTopic.PUBLISHING,
            {"vex.state": "set {advisory} of {version} of {project} to {status}: {statement}"},
        ),
        webhook=WebhookAnnouncement(DEPLOYMENTS, ("vex.statement",), _message),
    )
)
declare_sentences(
    AuditTopic.DEVICES,
    {
        "exposure.export": "asked for a signed list of the devices of {organisation} with {value}",
        "exposure.signed": (
            "signed the list of the devices of {organisation} with {value}, {digest}, with the key {fingerprint}"
        ),
    },
)
