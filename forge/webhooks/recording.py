"""Writes what is to be sent, in the transaction of the event: it is delivered, whatever dies next."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from forge.accounts.models import Organisation
from forge.core.events.announcements import PlaceAddress
from forge.core.events.declarations import StreamKind, find_type
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
    if event_type is None or announcement is None:
        return
    event_record = stored_event(event)
    condition = _of_place(event_type.stream, event_record.holder)
    webhooks = list(Webhook.objects.on().of_managers().filter(condition).select_related("project"))
    if not webhooks:
        return
    place = _place(event_type.stream, event_record.holder)
    message = announcement.message(event_record, place)
    if message is None:
        return
    if message.type not in announcement.types:
        raise WrongEvent(f"{message.type} is not a declared type of message of {event.type}.")
    body = body_of(message, event, place, event_type.stream)
    for webhook in webhooks:
        if announcement.topic.name in webhook.topics:
            queue_delivery(webhook, message.type, body, event.created)


def _of_place(stream: StreamKind, holder: UUID) -> Q:
    """The condition on webhooks that get events of a project or an organisation: one for a single project gets none
    of its organisation."""
    if stream is StreamKind.ORGANISATION:
        return Q(project=None, organisation=holder)
    return (Q(project=None) | Q(project=holder)) & Q(organisation__projects=holder)


def _place(stream: StreamKind, holder: UUID) -> PlaceAddress:
    if stream is StreamKind.ORGANISATION:
        return address_of(Organisation.objects.get(pk=holder))
    return address_of(Project.objects.select_related("organisation").get(pk=holder))
