"""Actions of an organisation's owners on webhooks."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from rest_framework.fields import BooleanField, CharField, ListField

from forge.accounts.access import person_needed, require_operator
from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb
from forge.accounts.place import ORGANISATION
from forge.accounts.principals import token_of
from forge.accounts.quotas.limits import locked
from forge.core.actors import Actor
from forge.core.api.acts import DONE, ActAnswer, act
from forge.core.api.states import IF_MATCH, MAKES, WORKS
from forge.core.audit.entries import AuditPlace, write_entry
from forge.core.errors import Conflict, Invalid, NotFound
from forge.core.events.declarations import webhook_topics
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition
from forge.jobs.models import JobState
from forge.jobs.queue import RETRIABLE, pause, resume, retry
from forge.projects.access import find_project
from forge.webhooks.access import as_they_work, find_delivery
from forge.webhooks.announcements import WEBHOOK_STOPPED
from forge.webhooks.delivery.addresses import checked_url
from forge.webhooks.delivery.outbox import jobs_of_webhook, queue_delivery
from forge.webhooks.delivery.signing import secret_of
from forge.webhooks.errors import TooManyWebhooks
from forge.webhooks.etag_facets import webhook_facets
from forge.webhooks.messages import PING, message_text
from forge.webhooks.models import Delivery, Webhook
from forge.webhooks.place import WEBHOOK
from forge.webhooks.serializers import (
    WebhookSecret,
    delivery_to_json,
    new_webhook_to_json,
    secret_to_json,
    webhook_to_json,
)

MOST = 20
"""Webhooks of an organisation."""
WEBHOOK_ANSWER = ActAnswer(webhook_to_json, webhook_facets)
DELIVERY_ANSWER = ActAnswer(delivery_to_json, status=202)


Url = Annotated[str, CharField(max_length=1000)]
Topics = Annotated[Collection[str], ListField(child=CharField(max_length=20), max_length=10)]


@act(
    "POST",
    ORGANISATION,
    "webhooks",
    "webhooks_create",
    verb=Verb.MANAGE_WEBHOOKS,
    state=MAKES,
    answer=ActAnswer(new_webhook_to_json, status=201),
    raises=(Conflict,),
)
@transaction.atomic
def create_webhook(
    actor: Actor,
    organisation: Organisation,
    url: Url,
    topics: Topics,
    project: Annotated[str, CharField(max_length=100, allow_blank=True)] = "",
) -> WebhookSecret:
    """Makes a webhook for all projects, or for the one that is named. Its secret is in this answer and in no other."""
    owner = find_project(actor, organisation.name, project) if project else None
    checked_address, topic_names = checked_url(url, anywhere=settings.WEBHOOKS_ANYWHERE), _checked_topics(topics)
    locked(organisation)
    if Webhook.objects.filter(organisation=organisation).count() >= MOST:
        raise TooManyWebhooks(f"An organisation has at most {MOST} webhooks. Delete one that is not needed.")
    webhook = Webhook.objects.create(
        organisation=organisation,
        project=owner,
        url=checked_address,
        topics=topic_names,
        created_by=actor.person,
        created_by_token=token_of(actor),
    )
    write_entry(actor, "webhook.create", webhook.subject, _place(webhook), url=checked_address, topics=topic_names)
    return WebhookSecret(webhook, secret_of(webhook))


@act("PATCH", WEBHOOK, "", "webhooks_change", verb=Verb.MANAGE_WEBHOOKS, state=IF_MATCH, answer=WEBHOOK_ANSWER)
@transaction.atomic
def change_webhook(
    actor: Actor,
    webhook: Webhook,
    url: Url | None = None,
    topics: Topics | None = None,
    on: Annotated[bool | None, BooleanField()] = None,
    *,
    precondition: Precondition = None,
) -> Webhook:
    """Changes the address or topics of a webhook, or switches it off or on. When it is switched on, pending messages
    are sent."""
    _lock(webhook, precondition)
    before = _payload_of(webhook)
    if url is not None and url != webhook.url:
        _require_own(actor, webhook)
        webhook.url = checked_url(url, anywhere=settings.WEBHOOKS_ANYWHERE)
        # It works with the right of who chose the address: what is sent there ends with them.
        webhook.created_by, webhook.created_by_token = actor.person, token_of(actor)
    if topics is not None:
        webhook.topics = _checked_topics(topics)
    if on is not None and on != (webhook.stopped is None):
        webhook.stopped, webhook.stopped_because = (None if on else timezone.now()), ""
        if on:
            # It works with the right of who switched it on last: the person who made it may have lost theirs.
            webhook.created_by, webhook.created_by_token = actor.person, token_of(actor)
    after = _payload_of(webhook)
    if after != before:
        webhook.save(update_fields=["url", "topics", "stopped", "stopped_because", "created_by", "created_by_token"])
        (pause if webhook.stopped else resume)(jobs_of_webhook(webhook))
        write_entry(actor, "webhook.change", webhook.subject, _place(webhook), before=before, after=after)
    return webhook


@act(
    "POST",
    WEBHOOK,
    "rotate",
    "webhooks_rotate",
    verb=Verb.MANAGE_WEBHOOKS,
    state=IF_MATCH,
    answer=ActAnswer(secret_to_json, facets=lambda answer: webhook_facets(answer.webhook)),
)
@transaction.atomic
def rotate_secret(actor: Actor, webhook: Webhook, *, precondition: Precondition = None) -> WebhookSecret:
    """Replaces the secret. For a day messages are signed with the previous one too."""
    _lock(webhook, precondition)
    _require_own(actor, webhook)
    webhook.generation, webhook.rotated = webhook.generation + 1, timezone.now()
    webhook.save(update_fields=["generation", "rotated"])
    write_entry(actor, "webhook.rotate", webhook.subject, _place(webhook), url=webhook.url)
    return WebhookSecret(webhook, secret_of(webhook))


@act("DELETE", WEBHOOK, "", "webhooks_delete", verb=Verb.MANAGE_WEBHOOKS, state=IF_MATCH, answer=DONE)
@transaction.atomic
def delete_webhook(actor: Actor, webhook: Webhook, *, precondition: Precondition = None) -> None:
    """Deletes a webhook with its deliveries. Pending messages are not sent."""
    _lock(webhook, precondition)
    write_entry(actor, "webhook.delete", webhook.subject, _place(webhook), url=webhook.url)
    jobs_of_webhook(webhook).delete()
    webhook.delete()


@act("POST", WEBHOOK, "ping", "webhooks_ping", verb=Verb.MANAGE_WEBHOOKS, state=WORKS, answer=DELIVERY_ANSWER)
@transaction.atomic
def ping(actor: Actor, webhook: Webhook) -> Delivery:
    """Sends a test message."""
    _require_on(webhook)
    now = timezone.now()
    body = message_text(PING, now.isoformat(), {"webhook": str(webhook.pk)})
    write_entry(actor, "webhook.ping", webhook.subject, _place(webhook), url=webhook.url)
    return queue_delivery(webhook, PING, body, now)


@act(
    "POST",
    WEBHOOK,
    "deliveries/<uuid:delivery_id>/repeat",
    "webhook_deliveries_repeat",
    verb=Verb.MANAGE_WEBHOOKS,
    state=WORKS,
    answer=DELIVERY_ANSWER,
)
@transaction.atomic
def repeat(actor: Actor, webhook: Webhook, delivery_id: UUID) -> Delivery:
    """Sends a delivery again under the same `webhook-id`."""
    delivery = find_delivery(webhook, delivery_id)
    _require_on(webhook)
    retry(delivery.job, str(actor.person), (*RETRIABLE, JobState.SUCCEEDED, JobState.QUEUED))
    write_entry(actor, "webhook.repeat", webhook.subject, _place(webhook), url=webhook.url, type=delivery.type)
    delivery.job.refresh_from_db()
    return delivery


@transaction.atomic
def stop_webhook(actor: Actor, webhook: Webhook, because: str) -> None:
    """Sends nothing more to a webhook that took nothing for days, and tells the owners. Raises `Forbidden` for anyone
    but the server itself."""
    require_operator(actor)
    because = because[:200]
    if Webhook.objects.on().filter(pk=webhook.pk).update(stopped=timezone.now(), stopped_because=because):
        pause(jobs_of_webhook(webhook))
        write_entry(actor, "webhook.stop", webhook.subject, _place(webhook), url=webhook.url, because=because)
        host = urlsplit(webhook.url).hostname or ""
        append_event(webhook.organisation.stream, WEBHOOK_STOPPED(webhook=str(webhook.pk), host=host))


def _lock(webhook: Webhook, precondition: Precondition) -> None:
    """Locks the webhook's row and reads it again. Raises `Stale`, and `NotFound` for one that was deleted."""
    row = Webhook.objects.select_for_update().filter(pk=webhook.pk).first()
    if row is None:
        raise NotFound("There is no such webhook.")
    for name in (
        "url",
        "topics",
        "stopped",
        "stopped_because",
        "created_by_id",
        "created_by_token",
        "generation",
        "rotated",
    ):
        setattr(webhook, name, getattr(row, name))
    next(as_they_work([webhook]))
    require_precondition(webhook_facets(webhook), precondition)


def _require_own(actor: Actor, webhook: Webhook) -> None:
    """Lets a token choose the address and learn the secret of its own webhooks alone: what it made ends with it.

    Raises `PersonNeeded`.
    """
    if (token := token_of(actor)) and token != webhook.created_by_token:
        raise person_needed()


def _require_on(webhook: Webhook) -> None:
    if webhook.stopped is not None:
        raise Invalid("This webhook is off. Switch it on first.")


def _checked_topics(topics: Collection[str]) -> list[str]:
    known_topics = [topic for topic in webhook_topics() if topic in topics]
    if not known_topics or set(topics) - set(known_topics):
        message = f"Choose at least one of {', '.join(webhook_topics())}."
        raise Invalid(message, errors={"topics": [message]})
    return known_topics


def _payload_of(webhook: Webhook) -> dict[str, object]:
    return {"url": webhook.url, "topics": webhook.topics, "on": "yes" if webhook.stopped is None else "no"}


def _place(webhook: Webhook) -> AuditPlace:
    return AuditPlace(organisation=webhook.organisation_id, project=webhook.project_id)
