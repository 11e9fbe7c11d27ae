"""An organisation's page with its projects or published runes, and its activity."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from forge.accounts.access import find_organisation
from forge.accounts.organisation_tabs import tabs_of
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, principal_of
from forge.accounts.quotas.usage_rows import shown_usage
from forge.activity.access import activity_of, complete
from forge.activity.rows import activity_rows
from forge.core.errors import NotFound, SignInNeeded
from forge.core.http.filters import ListFilter, WordsFilter
from forge.core.http.pages import for_person
from forge.core.http.paging import rows_of, slice_of
from forge.projects.models import Project
from forge.registry.models import Listing
from forge.web.explore import complete as complete_runes
from forge.web.explore import rune_cards
from forge.web.projects.listing import project_list

ACTIVITY_SHOWN = 50


class ActivityFilter(ListFilter):
    """The activity of an organisation."""

    person = WordsFilter("person__name", "person__email")
    project = WordsFilter("project__name")


RUNES_SHOWN = 24


def overview(request: HttpRequest, organisation: str) -> HttpResponse:
    """The projects, and what the organisation uses; for who is no member, what it shares with them."""
    principal = principal_of(request)
    try:
        member_organisation = find_organisation(principal, organisation)
    except (NotFound, SignInNeeded) as nothing:
        return _from_outside(request, principal, organisation, nothing)
    context = {
        "creates": can(principal, Verb.CREATE_PROJECT, member_organisation),
        "list": project_list(request, principal, member_organisation.name),
        "usage": shown_usage(member_organisation),
    }
    return render(request, "organisation/overview.html", tabs_of(principal, member_organisation) | context)


def _from_outside(
    request: HttpRequest, principal: Principal, name: str, nothing: NotFound | SignInNeeded
) -> HttpResponse:
    """Shows the shared runes of an organisation to a visitor; without any, answers as if it did not exist."""
    projects = list(Project.objects.of_member(principal).filter(organisation__name=name).select_related("organisation"))
    runes = complete_runes(Listing.objects.visible_to(principal).filter(repository__project__organisation__name=name))
    rows, pages = rows_of(request, runes, RUNES_SHOWN, at="runes")
    if not projects and not rows:
        raise nothing
    organisation = projects[0].organisation if projects else rows[0].repository.project.organisation
    context = {"organisation": organisation, "projects": projects, "cards": rune_cards(rows), "pages": pages}
    return render(request, "organisation/public.html", context)


@for_person
def activity(request: HttpRequest, organisation: str) -> HttpResponse:
    """Shows the activity of the organisation, newest first."""
    principal = principal_of(request)
    member_organisation = find_organisation(principal, organisation)
    entries = activity_of(principal).filter(organisation=member_organisation)
    filters = ActivityFilter(request.GET, entries)
    page_entries, pages = slice_of(request, filters.qs, ACTIVITY_SHOWN)
    context = {
        "rows": activity_rows(principal, complete(page_entries)),
        "pages": pages,
        "chosen": filters.values,
    }
    return render(request, "organisation/activity.html", tabs_of(principal, member_organisation) | context)


def redirect_moved_page(request: HttpRequest, organisation: str, page: str, rest: str = "") -> HttpResponse:
    """Redirects from the addresses that pages of an organisation had before they had a dash."""
    query = request.META.get("QUERY_STRING", "")
    below = f"/{rest}" if rest else ""
    return redirect(f"/{organisation}/-/{page}{below}{'?' if query else ''}{query}", permanent=True)
