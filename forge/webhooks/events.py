"""What an organisation's stream tells of webhooks."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.core.api.json_types import Uuid
from forge.core.events.declarations import EventType, StreamKind, declare


class WebhookStoppedJson(TypedDict):
    """A webhook took nothing for days, and nothing more is sent to it until somebody switches it on."""

    webhook: Uuid
    host: Annotated[str, "the host of its address"]


WEBHOOK_STOPPED = declare(
    EventType("webhook.stopped", StreamKind.ORGANISATION, WebhookStoppedJson, ("webhooks", "notices"))
)
