"""Finding webhooks and their deliveries for who manages them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from forge.accounts.models import ApiToken, Organisation
from forge.core.actors import Actor
from forge.core.errors import NotFound
from forge.webhooks.models import Attempt, Delivery, Webhook, WebhookQuerySet

EXPIRY_REASON = "The token that created it has expired. The person who switches it on becomes its owner."


def webhooks_of(actor: Actor, organisation: Organisation) -> WebhookQuerySet:
    """An organisation's webhooks, the oldest first."""
    webhooks = Webhook.objects.visible_to(actor).filter(organisation=organisation)
    return webhooks.select_related("organisation", "project__organisation", "created_by")


def find_webhook(actor: Actor, organisation: Organisation, webhook_id: UUID) -> Webhook:
    """Returns a webhook. Raises `NotFound`."""
    webhook = webhooks_of(actor, organisation).filter(pk=webhook_id).first()
    if webhook is None:
        raise NotFound("The organisation has no such webhook.")
    return next(as_they_work([webhook]))


def as_they_work(webhooks: Iterable[Webhook]) -> Iterator[Webhook]:
    """Returns webhooks as stopped whose token has expired: nothing is sent to them any more. One query where a token
    made some of them."""
    rows = list(webhooks)
    tokens = {each.created_by_token for each in rows if each.stopped is None and each.created_by_token}
    living = set(ApiToken.objects.alive().filter(pk__in=tokens).values_list("pk", flat=True)) if tokens else set()
    for each in rows:
        if each.created_by_token in tokens - living and each.stopped is None:
            each.stopped, each.stopped_because = timezone.now(), EXPIRY_REASON
        yield each


def deliveries_of(webhook: Webhook) -> QuerySet[Delivery]:
    """Returns past and pending deliveries with their attempts, newest first. The caller may see the webhook."""
    attempts = Prefetch("attempts", Attempt.objects.order_by("-at", "-id"))
    return webhook.deliveries.select_related("job").prefetch_related(attempts).order_by("-created")


def find_delivery(webhook: Webhook, delivery_id: UUID) -> Delivery:
    """Returns a delivery. Raises `NotFound`."""
    delivery = deliveries_of(webhook).filter(pk=delivery_id).first()
    if delivery is None:
        raise NotFound("The webhook has no such delivery.")
    return delivery
