"""How the audit log tells of webhooks."""

from __future__ import annotations

from forge.core.audit.messages import Topic, declare

declare(
    Topic.ORGANISATION,
    {
        "webhook.create": "made a webhook to {url} for {topics}",
        "webhook.change": "changed a webhook: {changes}",
        "webhook.rotate": "gave the webhook to {url} another secret",
        "webhook.delete": "deleted the webhook to {url}",
        "webhook.ping": "sent a test message to {url}",
        "webhook.repeat": "sent {type} to {url} again",
        "webhook.stop": "stopped the webhook to {url}: {because}",
    },
)
