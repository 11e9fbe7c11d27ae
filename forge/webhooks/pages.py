"""Webhooks as pages: an organisation's list, and one with what was sent to it. None needs scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from forge.accounts.access import find_organisation
from forge.accounts.models import Organisation
from forge.accounts.organisation_tabs import tabs_of
from forge.accounts.permissions import Verb
from forge.accounts.principals import Principal, principal_of
from forge.core.errors import Conflict, Invalid, Stale
from forge.core.events.declarations import webhook_topics
from forge.core.http.pages import for_person, show_again
from forge.core.http.paging import rows_of
from forge.core.preconditions import etag_of, form_precondition
from forge.projects.models import Project
from forge.webhooks import actions
from forge.webhooks.access import as_they_work, deliveries_of, find_webhook, webhooks_of
from forge.webhooks.etag_facets import webhook_facets
from forge.webhooks.models import DeliveryState, Webhook

DELIVERIES_SHOWN = 25
"""Deliveries on a page."""
PROJECTS = 500
"""Projects to choose from."""


@dataclass(frozen=True)
class DeliveryStateTag:
    """The look of a delivery's state: the tag's colour and its icon."""

    colour: str
    icon: str


# The front end's build finds the icons that it must draw by `icon="…"`.
STATE_TAGS: Mapping[str, DeliveryStateTag] = {
    DeliveryState.WAITING: DeliveryStateTag("info", icon="clock"),
    DeliveryState.DELIVERED: DeliveryStateTag("ok", icon="check"),
    DeliveryState.FAILED: DeliveryStateTag("bad", icon="x"),
}


@for_person
@never_cache
@require_http_methods(["GET", "POST"])
def webhooks(request: HttpRequest, organisation: str) -> HttpResponse:
    """The webhooks of an organisation; POST makes one, whose secret is on the page that answers and never again."""
    principal = principal_of(request)
    owner = find_organisation(principal, organisation, Verb.MANAGE_WEBHOOKS)
    if request.method == "GET":
        return render(request, "webhooks/list.html", _list(principal, owner) | {"chosen": request.GET.get("project")})
    name = request.POST.get("project", "")
    try:
        webhook, secret = actions.create_webhook(
            principal, owner, request.POST.get("url", ""), request.POST.getlist("topics"), name
        )
    except (Invalid, Conflict) as error:
        selection = {"chosen": name, "topics_chosen": request.POST.getlist("topics")}
        return show_again(request, "webhooks/list.html", _list(principal, owner) | selection, error)
    return render(request, "webhooks/list.html", _list(principal, owner) | {"created": webhook, "secret": secret})


def _list(principal: Principal, organisation: Organisation) -> dict[str, Any]:
    projects = Project.objects.of_member(principal).filter(organisation=organisation).order_by("name")
    return tabs_of(principal, organisation) | {
        "webhooks": list(as_they_work(webhooks_of(principal, organisation))),
        "projects": list(projects.values_list("name", flat=True)[:PROJECTS]),
        "topics": _topics(),
        "topics_chosen": list(webhook_topics()),
    }


def _topics() -> list[tuple[str, str]]:
    """Returns the topics that a webhook may have, with their labels."""
    return [(topic.name, topic.label) for topic in webhook_topics().values()]


@for_person
def webhook_page(request: HttpRequest, organisation: str, webhook: UUID) -> HttpResponse:
    """Shows a webhook, and what was sent to it."""
    return render(request, "webhooks/webhook.html", _one(request, _webhook_of(request, organisation, webhook)))


def _one(request: HttpRequest, webhook: Webhook) -> dict[str, Any]:
    deliveries, pages = rows_of(request, deliveries_of(webhook), DELIVERIES_SHOWN, at="deliveries")
    return tabs_of(principal_of(request), webhook.organisation) | {
        "webhook": webhook,
        "pages": pages,
        "rows": [(delivery, STATE_TAGS[delivery.state]) for delivery in deliveries],
        "topics": _topics(),
        "etag": etag_of(webhook_facets(webhook)),
    }


@for_person
@never_cache
@require_POST
def change(request: HttpRequest, organisation: str, webhook: UUID) -> HttpResponse:
    """Handles the pressed button; a new secret is shown once, on the page of the response."""
    principal, target = principal_of(request), _webhook_of(request, organisation, webhook)
    precondition = form_precondition(request.POST)
    try:
        match request.POST.get("do"):
            case "save":
                url, topics = request.POST.get("url", ""), request.POST.getlist("topics")
                actions.change_webhook(principal, target, url, topics, precondition=precondition)
            case "on" | "off" as state:
                actions.change_webhook(principal, target, on=state == "on", precondition=precondition)
            case "ping":
                actions.ping(principal, target)
            case "rotate":
                secret = actions.rotate_secret(principal, target, precondition=precondition).secret
                return render(request, "webhooks/webhook.html", _one(request, target) | {"secret": secret})
            case "delete":
                actions.delete_webhook(principal, target, precondition=precondition)
                return redirect("webhooks", organisation=target.organisation.name)
    except (Invalid, Stale) as error:
        return show_again(
            request, "webhooks/webhook.html", _one(request, _webhook_of(request, organisation, webhook)), error
        )
    return redirect(target)


@for_person
@require_POST
def repeat(request: HttpRequest, organisation: str, webhook: UUID, delivery: UUID) -> HttpResponse:
    """Sends a message again."""
    target = _webhook_of(request, organisation, webhook)
    try:
        actions.repeat(principal_of(request), target, delivery)
    except Invalid as error:
        return show_again(request, "webhooks/webhook.html", _one(request, target), error)
    return redirect(target)


def _webhook_of(request: HttpRequest, organisation: str, webhook: UUID) -> Webhook:
    principal = principal_of(request)
    return find_webhook(principal, find_organisation(principal, organisation, Verb.MANAGE_WEBHOOKS), webhook)
