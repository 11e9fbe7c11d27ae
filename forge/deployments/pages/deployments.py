"""A project's deployments as pages: all of them beside each other, and one with its settings. None needs scripts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import principal_of
from forge.core.errors import Conflict, DomainError, Gone, Invalid, NotFound, Stale
from forge.core.http.pages import for_person, show_again
from forge.core.http.paging import rows_of
from forge.core.preconditions import form_precondition
from forge.deployments import actions
from forge.deployments.access import deployments_of, find_deployment, require_key_of
from forge.deployments.bindings.actions import bind_to_group, unbind_from_group
from forge.deployments.hooks import rollout_card, telemetry_card
from forge.deployments.models import Deployment, DeploymentKind
from forge.deployments.pages.cards import UNUSED_DAYS, cards_of
from forge.deployments.pages.devices import devices_card
from forge.deployments.pages.signed_state import signed_state_of
from forge.deployments.pages.tabs import DeploymentTab, address_of_tab, shown_tabs, tab_named, tab_of_button
from forge.deployments.pages.usage import usage_of
from forge.deployments.pages.version_options import option_of_tag, served_option, usual_option, version_options
from forge.deployments.releases.promotion import promotion_of
from forge.deployments.updates.actions.replacing import replace_update_keys
from forge.projects.models import Project
from forge.projects.place import project_of
from forge.registry.tags.access import tags_of

ON_A_PAGE = 24
"""Deployments."""
FIRST_KEY = "first key"
"""The name of the key with which a deployment is created on its page."""


@for_person
@never_cache
@require_http_methods(["GET", "POST"])
def deployments_page(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """The deployments of a project; POST creates one."""
    verb = Verb.READ if request.method == "GET" else Verb.DEPLOY
    project = project_of(request, organisation, name, verb)
    if request.method == "GET":
        return render(request, "deployments/list.html", _all(request, project))
    form = request.POST
    try:
        values: dict[str, Any] = {name: form.get(name, "") for name in ("title", "kind", "promoted_from")}
        origins, choice = _lines(form.get("origins", "")), _choice(form.get("choice", ""))
        new_deployment = actions.create_deployment(principal_of(request), project, **values, **choice, origins=origins)
        _, secret = actions.create_key(principal_of(request), new_deployment, FIRST_KEY)
    except (Invalid, Conflict, Stale, NotFound, Gone) as error:
        return show_again(request, "deployments/list.html", _all(request, project), error)
    # The key is in this answer alone: with it, the lines to paste are whole.
    row = find_deployment(principal_of(request), project, new_deployment.name)
    return render(request, "deployments/deployment.html", _one(request, row, secret))


@for_person
@never_cache
@require_GET
def deployment_page(request: HttpRequest, organisation: str, name: str, deployment: str) -> HttpResponse:
    """Shows a deployment: what it serves, who may use it, and its settings."""
    project = project_of(request, organisation, name, Verb.READ)
    row = find_deployment(principal_of(request), project, deployment)
    may_deploy = can(principal_of(request), Verb.DEPLOY, project)
    tab = tab_named(request.GET.get("tab", ""), may_deploy=may_deploy)
    return render(request, "deployments/deployment.html", _one(request, row, tab=tab))


@for_person
@never_cache
@require_POST
def change(request: HttpRequest, organisation: str, name: str, deployment: str) -> HttpResponse:
    """Handles the pressed button. A new key is shown once, on the page of the response."""
    project = project_of(request, organisation, name, Verb.READ)
    principal, form, precondition = principal_of(request), request.POST, form_precondition(request.POST)
    row = find_deployment(principal, project, deployment)
    tab, secret = tab_of_button(form.get("do", "")), ""
    try:
        match form.get("do"):
            case "serve":
                choice = _choice(form.get("choice", ""))
                actions.serve_tag(principal, row, **choice, devices=_devices(form), precondition=precondition)
            case "return":
                number = _number(form.get("release", ""))
                actions.go_back(principal, row, number, _devices(form), precondition=precondition)
            case "bind":
                group, _, count = form.get("group", "").partition(" ")
                bind_to_group(principal, row, group, _number(count), precondition=precondition)
            case "unbind":
                unbind_from_group(principal, row, precondition=precondition)
            case "promote":
                actions.promote(principal, row, precondition=precondition)
            case "save":
                origins, source = _lines(form.get("origins", "")), form.get("promoted_from", "")
                title = form.get("title", "")
                actions.change_deployment(
                    principal, row, title, origins, promoted_from=source, precondition=precondition
                )
            case "key":
                days = form.get("days", "").strip()
                _, secret = actions.create_key(principal, row, form.get("name", ""), _number(days) if days else None)
            case "lines":
                require_key_of(row, secret := form.get("key", ""))
            case "rotate":
                key, overlap = _id(form.get("key", "")), _number(form.get("overlap", "7"))
                _, secret = actions.rotate_key(principal, row, key, overlap, precondition=precondition)
            case "revoke":
                actions.revoke_key(principal, row, _id(form.get("key", "")), precondition=precondition)
            case "replace-keys":
                replace_update_keys(principal, project.organisation, form.get("reason", ""), precondition=precondition)
            case "delete":
                actions.delete_deployment(principal, row, precondition=precondition)
                return redirect("deployments", organisation=project.organisation.name, name=project.name)
            case _:
                raise Invalid("This button is unknown. Load the page again.")
    except (Invalid, Conflict, Stale, Gone, NotFound) as error:
        again = find_deployment(principal, project, deployment)
        return show_again(request, "deployments/deployment.html", _one(request, again, tab=tab), error)
    if secret:
        again = find_deployment(principal, project, deployment)
        return render(request, "deployments/deployment.html", _one(request, again, secret))
    return redirect(address_of_tab(row, tab))


def show_deployment(request: HttpRequest, deployment: Deployment, error: DomainError) -> HttpResponse:
    """Shows a deployment again, after a form of another app on its page was refused."""
    row = find_deployment(principal_of(request), deployment.project, deployment.name)
    return show_again(request, "deployments/deployment.html", _one(request, row), error)


def _all(request: HttpRequest, project: Project) -> dict[str, Any]:
    principal = principal_of(request)
    tags = tags_of(principal, project)
    options = version_options(tags)
    all_of_project = deployments_of(principal, project)
    rows, pages = rows_of(request, all_of_project, ON_A_PAGE)
    cards = cards_of(rows, tags)
    name = request.GET.get("use", "")
    usage_card = next((card for card in cards if card.deployment.name == name), next(iter(cards), None))
    same_page = f"&page={(pages.first - 1) // ON_A_PAGE + 1}" if pages.before else ""
    return {
        "project": project,
        "cards": cards,
        "pages": pages,
        "same_page": same_page,
        "usage": usage_of(usage_card, f"{usage_card.address}{same_page}&language=", request.GET.get("language", ""))
        if usage_card
        else None,
        "tags": tags,
        "options": options,
        "chosen_option": option_of_tag(options, request.GET.get("tag", "")) or usual_option(options, tags),
        "kinds": DeploymentKind.choices,
        "others": all_of_project.prefetch_related(None) if pages.before or pages.after else rows,
        "unused_days": UNUSED_DAYS,
        "may_deploy": can(principal, Verb.DEPLOY, project),
    }


def _one(
    request: HttpRequest, deployment: Deployment, secret: str = "", *, tab: DeploymentTab = DeploymentTab.OVERVIEW
) -> dict[str, Any]:
    """`secret` is a key that was created just now, with which the lines to paste are whole."""
    principal, project = principal_of(request), deployment.project
    tags = tags_of(principal, project)
    card = cards_of([deployment], tags)[0]
    options = version_options(tags, deployment)
    return {
        "project": project,
        "card": card,
        "tab": tab,
        "tabs": shown_tabs(deployment, tab, may_deploy=can(principal, Verb.DEPLOY, project)),
        "secret": secret,
        "usage": usage_of(card, f"{deployment.get_absolute_url()}?language=", request.GET.get("language", ""), secret),
        "options": options,
        "chosen_option": served_option(options, deployment, card.now),
        "may_deploy": can(principal, Verb.DEPLOY, project),
        "telemetry": next(iter(telemetry_card.call(principal, deployment)), None),
        "rollout": next(iter(rollout_card.call(principal, deployment)), None),
        "updates": signed_state_of(principal, deployment),
        "promotion": promotion_of(deployment),
        "fleet": devices_card(principal, deployment),
        "others": deployments_of(principal, project).exclude(pk=deployment.pk).prefetch_related(None),
        "may_delete": can(principal, Verb.MANAGE, project),
    }


def _choice(text: str) -> dict[str, Any]:
    """The tag that a form chose: `follow latest sha256:…`, or `fixed 1.0 sha256:…`. Raises `Invalid`."""
    how, _, rest = text.partition(" ")
    tag, _, digest = rest.partition(" ")
    if how not in ("follow", "fixed") or not tag:
        raise Invalid("Choose a version.", errors={"choice": ["Choose a version."]})
    return {"tag": tag, "follow": how == "follow", "digest": digest}


def _devices(form: QueryDict) -> int | None:
    """The number of devices that the form showed; None of one for no group."""
    count = form.get("devices")
    return _number(count) if count else None


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _number(text: str) -> int:
    if not text.strip().isdecimal() or len(text) > 6:
        raise Invalid("Enter a whole number.")
    return int(text)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("The deployment has no such key.") from None
