"""The home page: the ways to begin while there is little else; then decisions that wait for a person, recent activity,
and their projects."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from forge.accounts.access import (
    may_create_organisations,
    organisations_of,
    organisations_requiring_second_factor,
)
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import principal_of
from forge.accounts.quotas.usage import with_storage
from forge.accounts.quotas.usage_rows import nearly_full
from forge.activity.access import activity_of, complete
from forge.activity.rows import activity_rows
from forge.projects.access import favourites_of, with_favourites
from forge.projects.creating.default_organisation import usual_among
from forge.projects.creating.own_examples import EXAMPLE_KINDS
from forge.projects.creating.template_runes import live_templates
from forge.projects.hooks import pending_items
from forge.web.example import example
from forge.web.projects.listing import project_list
from forge.web.projects.next_steps import rows_with_steps
from forge.web.projects.pending_items import newest_first

FEW_PROJECTS = 3
"""Projects beside which the ways to begin another come first; with more, the list does."""
ACTIVITY_SHOWN = 8
FAVOURITES_SHOWN = 8
LEAST_ACTIVITY = 3
_ROW, _LINE, _LIST = 53, 61, 54
"""Pixels of a row of activity, of a thing that waits, and of the title above a second list of such things."""


def home(request: HttpRequest) -> HttpResponse:
    """Home for a person, a welcome for a visitor."""
    if not request.user.is_authenticated:
        return render(request, "sign-in/welcome.html", {"example": example()})
    principal = principal_of(request)
    storage = with_storage(organisations_of(principal))
    organisations = [organisation for organisation, _ in storage]
    creatable = [each for each in organisations if can(principal, Verb.CREATE_PROJECT, each)]
    favourites = favourites_of(principal).select_related("organisation", "created_by").order_by("-changed")
    above = with_favourites(principal, favourites)[:FAVOURITES_SHOWN]
    projects = project_list(request, principal, above=list(above))
    answers = pending_items.call(principal)
    waiting = newest_first(each for answer in answers for each in answer.for_me)
    for_others = newest_first(each for answer in answers for each in answer.for_others)
    activity_count = activity_beside(len(waiting), len(for_others))
    shows_ways = bool(
        creatable and not (waiting or for_others or above or projects.is_chosen or projects.of_all > FEW_PROJECTS)
    )
    context = {
        "full": nearly_full(storage),
        "creates_organisations": may_create_organisations(principal),
        "blocked_organisations": organisations_requiring_second_factor(principal)
        if principal.blocked_organisations
        else [],
        "waiting": waiting,
        "waited": for_others,
        "activity": activity_rows(principal, complete(activity_of(principal)[:activity_count])),
        "list": projects,
        "rows": rows_with_steps(principal, projects.cards) if shows_ways else [],
        "templates": live_templates(),
        "kinds": EXAMPLE_KINDS,
        "shows_ways": shows_ways,
        "organisations": organisations,
        "creatable": creatable,
        "usual": usual_among(creatable, projects.last_created),
    }
    return render(request, "site/home.html", context)


def activity_beside(waiting: int, for_others: int) -> int:
    """Rows of activity that stand beside so many things that wait, without a void below these."""
    if not waiting and not for_others:
        return ACTIVITY_SHOWN
    height = _LINE * max(waiting, 1) + (_LIST + _LINE * for_others if for_others else 0)
    return min(max(height // _ROW, LEAST_ACTIVITY), ACTIVITY_SHOWN)


def health(request: HttpRequest) -> HttpResponse:
    """The health check. A server answers it before Django (`forge.request_limits.requests`)."""
    return HttpResponse("ok\n", content_type="text/plain")
