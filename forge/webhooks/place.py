"""The place of the acts on a webhook of an organisation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from rest_framework.request import Request

from forge.accounts.access import require_in
from forge.accounts.permissions import Verb, scope_of
from forge.accounts.place import organisation_of
from forge.accounts.principals import principal_of
from forge.core.actors import Actor
from forge.core.api.acts import ActPlace
from forge.core.errors import AddressChanged
from forge.webhooks.access import find_webhook
from forge.webhooks.models import Webhook


def _find(request: Request | HttpRequest, verb: Verb, names: Mapping[str, Any]) -> Webhook:
    owner = organisation_of(request, names["organisation"], verb)
    return find_webhook(principal_of(request), owner, names["webhook_id"])


def _require(actor: Actor, verb: Verb, webhook: Webhook) -> None:
    require_in(actor, verb, webhook.organisation)


WEBHOOK = ActPlace(
    "organisations/<str:organisation>/webhooks/<uuid:webhook_id>/",
    _find,
    _require,
    principal_of,
    scope_of,
    (AddressChanged,),
)
