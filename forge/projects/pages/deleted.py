"""The page of an organisation's deleted projects, which can be restored."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from forge.accounts.access import find_organisation
from forge.accounts.models import Organisation
from forge.accounts.organisation_tabs import tabs_of
from forge.accounts.permissions import Verb, organisations_where
from forge.accounts.principals import Principal, principal_of
from forge.core.errors import Conflict, Invalid
from forge.core.http.pages import for_person, show_again
from forge.core.http.paging import rows_of
from forge.projects.lifecycle.actions.project import restore_project
from forge.projects.models import Project

DELETED_SHOWN = 50


@for_person
def deleted(request: HttpRequest, organisation: str) -> HttpResponse:
    """Deleted projects, each with its way back."""
    principal = principal_of(request)
    owner = find_organisation(principal, organisation)
    return render(request, "organisation/deleted.html", _deleted_context(request, principal, owner))


def _deleted_context(request: HttpRequest, principal: Principal, organisation: Organisation) -> dict[str, Any]:
    projects = Project.objects.deleted_for(principal).filter(organisation=organisation).order_by("-deleted_at")
    rows, pages = rows_of(request, projects, DELETED_SHOWN)
    return tabs_of(principal, organisation) | {
        "projects": rows,
        "pages": pages,
        "restores": organisation.pk in organisations_where(principal, Verb.MANAGE),
    }


@for_person
@require_POST
def restore(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Restores a deleted project."""
    principal = principal_of(request)
    owner = find_organisation(principal, organisation)
    try:
        project = restore_project(principal, owner, name, request.POST.get("name", "").strip() or None)
    except (Conflict, Invalid) as error:
        return show_again(
            request, "organisation/deleted.html", _deleted_context(request, principal, owner) | {"wanted": name}, error
        )
    return redirect(f"{project.get_absolute_url()}/studio")
