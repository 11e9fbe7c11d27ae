"""Writes what is to be sent, in the transaction of the event: it is delivered, whatever dies next."""

from __future__ import annotations

from django.db.models import Q

from forge.core.events.declarations import find_type
from forge.core.events.errors import WrongEvent
from forge.core.events.log import stored_event
from forge.core.models import Event
from forge.projects.models import Project
from forge.webhooks.delivery.outbox import queue_delivery
from forge.webhooks.messages import address_of, body_of
from forge.webhooks.models import Webhook


def record(event: Event) -> None:
    """Makes a delivery of an event, whose type declares a message, for each webhook with its topic."""
    event_type = find_type(event.stream_id, event.type)
    announcement = event_type.webhook if event_type else None
    if announcement is None:
        return
    event_record = stored_event(event)
    webhooks = list(
        Webhook.objects.on()
        .of_managers()
        .filter(Q(project=None) | Q(project=event_record.holder), organisation__projects=event_record.holder)
        .select_related("project")
    )
    if not webhooks:
        return
    project = address_of(Project.objects.select_related("organisation").get(pk=event_record.holder))
    message = announcement.message(event_record, project)
    if message is None:
        return
    if message.type not in announcement.types:
        raise WrongEvent(f"{message.type} is not a declared type of message of {event.type}.")
    body = body_of(message, event, project)
    for webhook in webhooks:
        if announcement.topic.name in webhook.topics:
            queue_delivery(webhook, message.type, body, event.created)
