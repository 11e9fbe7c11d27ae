"""The home page: what waits for a person, what happened, their projects, and templates."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from forge.accounts.access import may_create_organisations, organisations_kept_out_of, organisations_of
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, principal_of
from forge.activity.access import activity_of, complete
from forge.core.actors import Actor
from forge.core.hooks import Hook
from forge.projects.access import favourites_of
from forge.projects.hooks import Waiting, waited_on, waiting_for
from forge.web.activity import activity_rows
from forge.web.example import example
from forge.web.pages import usual_organisation
from forge.web.project_filter import ProjectFilter
from forge.web.project_list import project_list
from forge.web.usage import nearly_full
from rune.templates import list_templates

ACTIVITY_SHOWN = 8
FAVOURITES_SHOWN = 8


def home(request: HttpRequest) -> HttpResponse:
    """Home for a person, a welcome for a visitor."""
    if not request.user.is_authenticated:
        return render(request, "welcome.html", {"example": example()})
    principal = principal_of(request)
    organisations = list(organisations_of(principal))
    creatable = [each for each in organisations if can(principal, Verb.CREATE_PROJECT, each)]
    favourites = favourites_of(principal).select_related("organisation", "created_by").order_by("-changed")
    context = {
        "full": nearly_full(organisations),
        "creates_organisations": may_create_organisations(principal),
        "kept_out": organisations_kept_out_of(principal) if principal.kept_out else [],
        "waiting": waiting_things(principal, waiting_for),
        "waited": waiting_things(principal, waited_on),
        "activity": activity_rows(principal, complete(activity_of(principal)[:ACTIVITY_SHOWN])),
        "list": project_list(principal, ProjectFilter.of(request.GET), above=list(favourites[:FAVOURITES_SHOWN])),
        "templates": list_templates(),
        "organisations": organisations,
        "creatable": creatable,
        "usual": usual_organisation(principal, creatable),
    }
    return render(request, "home.html", context)


def waiting_things(principal: Principal, hook: Hook[[Actor], Sequence[Waiting]]) -> list[Waiting]:
    """What waits for a person, or what they wait for, newest first."""
    found = [waiting for answer in hook.call(principal) for waiting in answer]
    return sorted(found, key=lambda waiting: waiting.since, reverse=True)


def health(request: HttpRequest) -> HttpResponse:
    """The health check: the server and its database respond."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")
