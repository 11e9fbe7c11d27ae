"""The JSON of messages: `type`, `timestamp` and `data`, as Standard Webhooks has them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from forge.accounts.models import Organisation
from forge.core.events.announcements import PlaceAddress, WebhookMessage
from forge.core.events.declarations import StreamKind
from forge.core.models import Event
from forge.projects.models import Project

PING = "webhook.ping"
"""The type of a test message."""


def address_of(place: Project | Organisation) -> PlaceAddress:
    """Returns a project or an organisation as messages name it."""
    name = place.name if isinstance(place, Organisation) else place.full_name
    return PlaceAddress(place.pk, name, f"{settings.PUBLIC_URL}{place.get_absolute_url()}")


def body_of(message: WebhookMessage, event: Event, place: PlaceAddress, kind: StreamKind) -> str:
    """Returns the JSON of a message about a project or an organisation."""
    who = {"id": str(event.actor.pk), "name": str(event.actor)} if event.actor else None
    address = {"id": str(place.id), "name": place.name, "url": place.url}
    return message_text(message.type, event.created.isoformat(), {str(kind): address, "actor": who, **message.data})


def message_text(kind: str, timestamp: str, data: Mapping[str, Any]) -> str:
    """Returns the JSON text of a message."""
    return json.dumps({"type": kind, "timestamp": timestamp, "data": data}, separators=(",", ":"), ensure_ascii=False)
