"""Secrets and signatures of webhooks, as Standard Webhooks has them.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from standardwebhooks import Webhook as Signer

from forge.webhooks.models import Delivery, Webhook

BOTH_FOR = timedelta(days=1)
"""How long messages are signed with the secret before as well, after it was rotated: receivers change at leisure."""


def secret_of(webhook: Webhook, generation: int | None = None) -> str:
    """A webhook's secret. It is derived from the server's key, so that a copy of the database signs nothing."""
    text = f"forge.webhooks:{webhook.pk}:{webhook.generation if generation is None else generation}"
    key = hmac.digest(settings.SECRET_KEY.encode(), text.encode(), "sha256")
    return f"whsec_{base64.b64encode(key).decode()}"


def headers_of(delivery: Delivery, now: datetime) -> Mapping[str, str]:
    """The headers of an attempt at a moment in UTC."""
    webhook, message = delivery.webhook, f"msg_{delivery.pk.hex}"
    generations = [webhook.generation]
    if webhook.rotated is not None and now - webhook.rotated < BOTH_FOR:
        generations.append(webhook.generation - 1)
    signatures = [Signer(secret_of(webhook, each)).sign(message, now, delivery.body) for each in generations]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Hammer-Forge",
        "webhook-id": message,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
