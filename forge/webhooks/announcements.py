"""The event of webhooks, what becomes of it, and the sentences of the audit log about webhooks."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.accounts.models import Membership, Role
from forge.core.api.json_types import Uuid
from forge.core.audit.messages import AuditSentences, AuditTopic
from forge.core.audit.messages import declare as declare_sentences
from forge.core.events.announcements import NoticeAnnouncement, NoticeDraft, NoticeTopic, StoredEvent
from forge.core.events.declarations import EventType, StreamKind, declare


class WebhookStoppedJson(TypedDict):
    """Deliveries to a webhook failed for days, and nothing more is sent to it until somebody switches it on."""

    webhook: Uuid
    host: Annotated[str, "the host of its address"]


STOPPED_WEBHOOKS = NoticeTopic(
    "webhook-stopped",
    icon="unplug",
    messages={"stopped": "Deliveries to {host} failed for days. Nothing more is sent there"},
    action="See why",
)


def _notice(event: StoredEvent[WebhookStoppedJson]) -> NoticeDraft:
    """Asks the owners of the organisation to look."""
    webhook = event.data["webhook"]
    owners = Membership.objects.filter(organisation=event.holder, role=Role.OWNER)
    return NoticeDraft(
        STOPPED_WEBHOOKS,
        "stopped",
        title=f"The webhook to {event.data['host']} was stopped",
        subject=f"webhook:{webhook}",
        path=f"/-/settings/webhooks/{webhook}",
        addressees=frozenset(owners.values_list("user", flat=True)),
    )


WEBHOOK_STOPPED = declare(
    EventType(
        "webhook.stopped",
        StreamKind.ORGANISATION,
        WebhookStoppedJson,
        ("webhooks", "notices"),
        audit=AuditSentences(AuditTopic.ORGANISATION, {"webhook.stop": "stopped the webhook to {url}: {because}"}),
        notice=NoticeAnnouncement((STOPPED_WEBHOOKS,), _notice),
    )
)

# Actions that write no event.
declare_sentences(
    AuditTopic.ORGANISATION,
    {
        "webhook.create": "created a webhook to {url} for {topics}",
        "webhook.change": "changed a webhook: {changes}",
        "webhook.rotate": "rotated the secret of the webhook to {url}",
        "webhook.delete": "deleted the webhook to {url}",
        "webhook.ping": "sent a test message to {url}",
        "webhook.repeat": "sent {type} to {url} again",
    },
)
