"""The JSON of messages: `type`, `timestamp` and `data`, as Standard Webhooks has them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from forge.core.events.announcements import ProjectAddress, WebhookMessage
from forge.core.models import Event
from forge.projects.models import Project

PING = "webhook.ping"
"""The type of a test message."""


def address_of(project: Project) -> ProjectAddress:
    """Returns a project as messages name it."""
    return ProjectAddress(project.pk, project.full_name, f"{settings.PUBLIC_URL}{project.get_absolute_url()}")


def body_of(message: WebhookMessage, event: Event, project: ProjectAddress) -> str:
    """Returns the JSON of a message."""
    who = {"id": str(event.actor.pk), "name": str(event.actor)} if event.actor else None
    place = {"id": str(project.id), "name": project.name, "url": project.url}
    return message_text(message.type, event.created.isoformat(), {"project": place, "actor": who, **message.data})


def message_text(kind: str, timestamp: str, data: Mapping[str, Any]) -> str:
    """Returns the JSON text of a message."""
    return json.dumps({"type": kind, "timestamp": timestamp, "data": data}, separators=(",", ":"), ensure_ascii=False)
