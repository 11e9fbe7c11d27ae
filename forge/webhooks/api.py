"""Reading webhooks over REST. Changing them is in the actions."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.place import OrganisationView
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.json_types import PageJson
from forge.core.api.pages import page_answer
from forge.core.api.preconditions import ETAG
from forge.core.api.views import needing
from forge.webhooks.access import as_they_work, deliveries_of, find_webhook, webhooks_of
from forge.webhooks.actions import WEBHOOK_ANSWER
from forge.webhooks.models import Webhook
from forge.webhooks.serializers import DeliveryJson, WebhookJson, WebhooksJson, delivery_to_json, webhook_to_json


class WebhookView(OrganisationView):
    """A view below an organisation's webhooks."""

    needs = needing(get=Scope.WEBHOOK_MANAGE)

    def webhook(self, request: Request, organisation: str, webhook_id: UUID) -> Webhook:
        owner = self.organisation(request, organisation, Verb.MANAGE_WEBHOOKS)
        return find_webhook(principal_of(request), owner, webhook_id)


class Webhooks(WebhookView):
    """The webhooks of an organisation and of its projects."""

    @extend_schema(operation_id="webhooks_list", responses=WebhooksJson)
    def get(self, request: Request, organisation: str) -> Response:
        owner = self.organisation(request, organisation, Verb.MANAGE_WEBHOOKS)
        webhooks = as_they_work(webhooks_of(principal_of(request), owner))
        return Response(WebhooksJson(webhooks=[webhook_to_json(each) for each in webhooks]))


class OneWebhook(WebhookView):
    """A webhook."""

    @extend_schema(operation_id="webhooks_retrieve", responses=WebhookJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str, webhook_id: UUID) -> Response:
        """Returns a webhook. Changing it takes the `ETag`."""
        return WEBHOOK_ANSWER.response(self.webhook(request, organisation, webhook_id))


class WebhookDeliveries(WebhookView):
    """Past and pending deliveries."""

    @extend_schema(operation_id="webhook_deliveries_list", responses=PageJson[DeliveryJson])
    def get(self, request: Request, organisation: str, webhook_id: UUID) -> Response:
        """Returns the deliveries of the last 30 days, the newest first."""
        return page_answer(request, deliveries_of(self.webhook(request, organisation, webhook_id)), delivery_to_json)
