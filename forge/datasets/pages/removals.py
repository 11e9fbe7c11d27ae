"""The pages of what was deleted from a project's data: a list, and what one removal means."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.core.http.pages import for_person
from forge.core.http.paging import rows_of
from forge.datasets.removals.access import find_removal, removals_of
from forge.datasets.removals.report import report_of
from forge.projects.place import project_of

REMOVALS_SHOWN = 30


@for_person
@never_cache
@require_safe
def removals(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """All removals, the newest first."""
    project = project_of(request, organisation, name, Verb.READ)
    rows, pages = rows_of(request, removals_of(principal_of(request), project), REMOVALS_SHOWN)
    return render(request, "data/removals/list.html", {"project": project, "removals": rows, "pages": pages})


@for_person
@never_cache
@require_safe
def one_removal(request: HttpRequest, organisation: str, name: str, removal_id: UUID) -> HttpResponse:
    """Shows a removal: its samples, the jobs that it stopped, the copies that left the server, and what learned from
    it."""
    project = project_of(request, organisation, name, Verb.READ)
    principal = principal_of(request)
    report = report_of(principal, find_removal(principal, project, removal_id))
    return render(request, "data/removals/removal.html", {"project": project, "report": report})
