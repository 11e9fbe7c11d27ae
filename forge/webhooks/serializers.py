"""Webhooks and their deliveries as JSON."""

from __future__ import annotations

from typing import Annotated, NamedTuple, TypedDict

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.api.json_types import Timestamp, Uuid, choices
from forge.core.events.declarations import webhook_topics
from forge.webhooks.models import Attempt, Delivery, DeliveryState, Webhook

WebhookTopicJson = Annotated[str, choices("WebhookTopic", webhook_topics())]


class WebhookJson(TypedDict):
    """An address to which events are sent."""

    id: Uuid
    url: str
    topics: list[WebhookTopicJson]
    project: Annotated[str | None, "organisation and name; null for all projects"]
    on: bool
    stopped_because: Annotated[str, "why the server switched it off; empty where a person did, and where it is on"]
    created_by: PersonJson | None
    created: Timestamp


class NewWebhookJson(WebhookJson):
    """A webhook with its secret, which is shown this once."""

    secret: str


class SecretJson(TypedDict):
    """A webhook's secret, which is shown this once."""

    secret: str


class WebhookSecret(NamedTuple):
    """A webhook and its secret."""

    webhook: Webhook
    secret: str


class WebhooksJson(TypedDict):
    """An organisation's webhooks."""

    webhooks: list[WebhookJson]


class AttemptJson(TypedDict):
    """An attempt to send a message, and its answer."""

    at: Timestamp
    milliseconds: float
    status: int | None
    answer: Annotated[str, "the beginning of the answer's body"]
    error: str


class DeliveryJson(TypedDict):
    """A message to a webhook; its attempts, the newest first."""

    id: Annotated[Uuid, "`msg_` and its hexadecimal digits are the `webhook-id`"]
    type: str
    state: Annotated[str, choices("DeliveryState", DeliveryState.values)]
    body: Annotated[str, "the JSON, as it is signed"]
    created: Timestamp
    due: Annotated[Timestamp | None, "when it is sent next; null where it is not"]
    attempts: list[AttemptJson]


def webhook_to_json(webhook: Webhook) -> WebhookJson:
    """A webhook, found by `forge.webhooks.access`."""
    return {
        "id": str(webhook.pk),
        "url": webhook.url,
        "topics": webhook.topics,
        "project": webhook.project.full_name if webhook.project else None,
        "on": webhook.stopped is None,
        "stopped_because": webhook.stopped_because,
        "created_by": person_to_json(webhook.created_by) if webhook.created_by else None,
        "created": webhook.created.isoformat(),
    }


def delivery_to_json(delivery: Delivery) -> DeliveryJson:
    """A delivery, found by `forge.webhooks.access`."""
    return {
        "id": str(delivery.pk),
        "type": delivery.type,
        "state": delivery.state,
        "body": delivery.body,
        "created": delivery.created.isoformat(),
        "due": delivery.job.due.isoformat() if delivery.state == DeliveryState.WAITING else None,
        "attempts": [_attempt(each) for each in delivery.attempts.all()],
    }


def _attempt(attempt: Attempt) -> AttemptJson:
    return {
        "at": attempt.at.isoformat(),
        "milliseconds": attempt.milliseconds,
        "status": attempt.status,
        "answer": attempt.answer,
        "error": attempt.error,
    }


def new_webhook_to_json(new: WebhookSecret) -> NewWebhookJson:
    """Returns a webhook that was made, with its secret."""
    return {**webhook_to_json(new.webhook), "secret": new.secret}


def secret_to_json(new: WebhookSecret) -> SecretJson:
    """Returns the secret of a webhook."""
    return {"secret": new.secret}
