"""Webhooks over REST: thin views over the actions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.place import OrganisationView
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.json_types import PageJson
from forge.core.api.pages import page_answer
from forge.core.api.preconditions import ETAG, REFUSALS, REQUIRED_IF_MATCH, request_precondition, with_etag
from forge.core.api.views import needing, raising
from forge.core.errors import Conflict
from forge.projects.access import find_project
from forge.webhooks import actions
from forge.webhooks.access import as_they_work, deliveries_of, find_delivery, find_webhook, webhooks_of
from forge.webhooks.etag_facets import webhook_facets
from forge.webhooks.models import Webhook
from forge.webhooks.serializers import (
    DeliveryJson,
    NewWebhookJson,
    SecretJson,
    WebhookJson,
    WebhooksJson,
    delivery_to_json,
    webhook_to_json,
)


class MakeWebhookSerializer(serializers.Serializer[Any]):
    url = serializers.CharField(max_length=1000)
    topics = serializers.ListField(child=serializers.CharField(max_length=20), max_length=10)
    project = serializers.CharField(max_length=100, allow_blank=True, default="")


class WebhookChangeSerializer(serializers.Serializer[Any]):
    url = serializers.CharField(max_length=1000, required=False)
    topics = serializers.ListField(child=serializers.CharField(max_length=20), max_length=10, required=False)
    on = serializers.BooleanField(required=False)


class WebhookView(OrganisationView):
    """A view below an organisation's webhooks."""

    def webhook(self, request: Request, organisation: str, webhook_id: UUID) -> Webhook:
        owner = self.organisation(request, organisation, Verb.MANAGE_WEBHOOKS)
        return find_webhook(principal_of(request), owner, webhook_id)


class Webhooks(WebhookView):
    """The webhooks of an organisation and of its projects."""

    needs = needing(get=Scope.WEBHOOK_MANAGE, post=Scope.WEBHOOK_MANAGE)
    raises = raising(post=Conflict)

    @extend_schema(operation_id="webhooks_list", responses=WebhooksJson)
    def get(self, request: Request, organisation: str) -> Response:
        webhooks = as_they_work(
            webhooks_of(principal_of(request), self.organisation(request, organisation, Verb.MANAGE_WEBHOOKS))
        )
        return Response(WebhooksJson(webhooks=[webhook_to_json(each) for each in webhooks]))

    @extend_schema(operation_id="webhooks_create", request=MakeWebhookSerializer, responses={201: NewWebhookJson})
    def post(self, request: Request, organisation: str) -> Response:
        """Makes one, for all projects or for the one that is named. Its secret is in this answer and in no other."""
        principal = principal_of(request)
        owner = self.organisation(request, organisation, Verb.MANAGE_WEBHOOKS)
        body = self.read_body(request, MakeWebhookSerializer)
        project = find_project(principal, owner.name, body["project"]) if body["project"] else None
        webhook, secret = actions.create_webhook(principal, owner, body["url"], body["topics"], project)
        return Response(webhook_to_json(webhook) | {"secret": secret}, status=status.HTTP_201_CREATED)


class OneWebhook(WebhookView):
    """A webhook."""

    needs = needing(get=Scope.WEBHOOK_MANAGE, patch=Scope.WEBHOOK_MANAGE, delete=Scope.WEBHOOK_MANAGE)
    raises = raising(patch=REFUSALS, delete=REFUSALS)

    @extend_schema(operation_id="webhooks_retrieve", responses=WebhookJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str, webhook_id: UUID) -> Response:
        """Returns a webhook. Changing it takes the `ETag`."""
        return _answer(self.webhook(request, organisation, webhook_id))

    @extend_schema(
        operation_id="webhooks_change",
        request=WebhookChangeSerializer,
        responses=WebhookJson,
        parameters=[REQUIRED_IF_MATCH, ETAG],
    )
    def patch(self, request: Request, organisation: str, webhook_id: UUID) -> Response:
        webhook = self.webhook(request, organisation, webhook_id)
        body = self.read_body(request, WebhookChangeSerializer)
        change = actions.WebhookChange(body.get("url"), body.get("topics"), body.get("on"))
        return _answer(
            actions.change_webhook(principal_of(request), webhook, change, precondition=request_precondition(request))
        )

    @extend_schema(operation_id="webhooks_delete", responses={204: None}, parameters=[REQUIRED_IF_MATCH])
    def delete(self, request: Request, organisation: str, webhook_id: UUID) -> Response:
        webhook = self.webhook(request, organisation, webhook_id)
        actions.delete_webhook(principal_of(request), webhook, precondition=request_precondition(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class WebhookRotation(WebhookView):
    """Another secret for a webhook."""

    needs = needing(post=Scope.WEBHOOK_MANAGE)
    raises = raising(post=REFUSALS)

    @extend_schema(
        operation_id="webhooks_rotate", request=None, responses=SecretJson, parameters=[REQUIRED_IF_MATCH, ETAG]
    )
    def post(self, request: Request, organisation: str, webhook_id: UUID) -> Response:
        """Replaces the secret. For a day messages are signed with the previous one too."""
        webhook = self.webhook(request, organisation, webhook_id)
        secret = actions.rotate_secret(principal_of(request), webhook, precondition=request_precondition(request))
        return with_etag(Response(SecretJson(secret=secret)), webhook_facets(webhook))


class WebhookPing(WebhookView):
    """A test message."""

    needs = needing(post=Scope.WEBHOOK_MANAGE)

    @extend_schema(operation_id="webhooks_ping", request=None, responses={202: DeliveryJson})
    def post(self, request: Request, organisation: str, webhook_id: UUID) -> Response:
        delivery = actions.ping(principal_of(request), self.webhook(request, organisation, webhook_id))
        return Response(delivery_to_json(delivery), status=status.HTTP_202_ACCEPTED)


class WebhookDeliveries(WebhookView):
    """Past and pending deliveries."""

    needs = needing(get=Scope.WEBHOOK_MANAGE)

    @extend_schema(operation_id="webhook_deliveries_list", responses=PageJson[DeliveryJson])
    def get(self, request: Request, organisation: str, webhook_id: UUID) -> Response:
        """Returns the deliveries of the last 30 days, the newest first."""
        return page_answer(request, deliveries_of(self.webhook(request, organisation, webhook_id)), delivery_to_json)


class DeliveryRepetition(WebhookView):
    """Sending a message again."""

    needs = needing(post=Scope.WEBHOOK_MANAGE)

    @extend_schema(operation_id="webhook_deliveries_repeat", request=None, responses={202: DeliveryJson})
    def post(self, request: Request, organisation: str, webhook_id: UUID, delivery_id: UUID) -> Response:
        """Sends a delivery again under the same `webhook-id`."""
        delivery = find_delivery(self.webhook(request, organisation, webhook_id), delivery_id)
        repetition = actions.repeat(principal_of(request), delivery)
        return Response(delivery_to_json(repetition), status=status.HTTP_202_ACCEPTED)


def _answer(webhook: Webhook) -> Response:
    """A webhook with its state, for the next act."""
    return with_etag(Response(webhook_to_json(webhook)), webhook_facets(webhook))
