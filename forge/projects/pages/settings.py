"""A project's own pages: its address, the studio, and its settings."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, principal_of
from forge.core.errors import Conflict, DomainError, Invalid, Stale
from forge.core.http.act_forms import Button, form_view
from forge.core.http.pages import for_person, show_again
from forge.core.preconditions import etag_of, form_precondition
from forge.projects.creating.names import typed_name
from forge.projects.etag_facets import project_facets
from forge.projects.lifecycle.actions.project import delete_project, update_project
from forge.projects.models import Project
from forge.projects.place import project_of


@for_person
@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """A project's name, description and visibility, and deleting it."""
    principal = principal_of(request)
    project = project_of(request, organisation, name, Verb.DESCRIBE)
    context = _context(principal, project) | {"saved": "saved" in request.GET}
    if request.method == "GET":
        return render(request, "project/settings.html", context)
    former = project.name
    try:
        changed = update_project(
            principal,
            project,
            name=typed_name(request.POST.get("name", "")),
            description=request.POST.get("description", ""),
            visibility=request.POST.get("visibility") or None,
            # A form without the choice, for who may not make it, leaves it.
            shares_files="shares_files" in request.POST if "visibility" in request.POST else None,
            sharing_reason=request.POST.get("sharing_reason", ""),
            precondition=form_precondition(request.POST),
        )
    except (Invalid, Conflict, Stale) as error:
        project.name = former
        return show_again(request, "project/settings.html", context | {"saved": False}, error)
    return redirect(f"{changed.get_absolute_url()}/settings?saved")


def _context(principal: Principal, project: Project) -> dict[str, Any]:
    return {
        "project": project,
        "manages": can(principal, Verb.MANAGE, project),
        "hooks": can(principal, Verb.MANAGE_WEBHOOKS, project.organisation),
        "etag": etag_of(project_facets(project)),
        "saved": False,
    }


def _show(request: HttpRequest, project: Project, error: DomainError) -> HttpResponse:
    return show_again(request, "project/settings.html", _context(principal_of(request), project), error)


def _deleted_projects(project: Project) -> str:
    return reverse("deleted-projects", args=[project.organisation.name])


delete = form_view({"delete": Button(delete_project, _deleted_projects)}, _show)
