"""Writes down what is to be sent, in the transaction of the event: what happened is delivered, whatever dies next."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from forge.core.events.declarations import StreamKind
from forge.core.models import Event
from forge.projects.models import Project
from forge.webhooks.messages import body_of, message_of, tells_of
from forge.webhooks.models import Delivery, Webhook


def record(event: Event) -> None:
    """Makes a delivery for each webhook that wants to be told of an event."""
    kind, _, key = event.stream_id.partition(":")
    if kind != StreamKind.PROJECT or not tells_of(event):
        return
    hooks = list(
        Webhook.objects.on()
        .filter(Q(project=None) | Q(project=key), organisation__projects=UUID(key))
        .values_list("pk", "topics")
    )
    project = Project.objects.select_related("organisation").get(pk=key) if hooks else None
    message = message_of(event, project) if project else None
    if project is None or message is None:
        return
    body = body_of(message, event, project)
    Delivery.objects.bulk_create(
        Delivery(webhook_id=hook, type=message.type, body=body, due=event.created)
        for hook, topics in hooks
        if message.topic in topics
    )
