"""The page of a project's deleted artifacts. It needs no scripts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from forge.accounts.permissions import Verb
from forge.accounts.principals import Principal, principal_of
from forge.core.errors import DomainError
from forge.core.http.pages import for_person, show_again
from forge.projects.models import Project
from forge.projects.place import project_of
from forge.registry.distribution.trash.access import trash_of
from forge.registry.distribution.trash.actions import restore_manifest

_TEMPLATE = "runes/trash.html"


@for_person
@require_http_methods(["GET", "POST"])
def trash_page(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Lists artifacts that were deleted in the last 30 days, and restores them by their digest."""
    principal = principal_of(request)
    project = project_of(request, organisation, name, Verb.PUSH)
    if request.method == "GET":
        return render(request, _TEMPLATE, _context(principal, project))
    try:
        result = restore_manifest(principal, project, request.POST.get("digest", ""))
    except DomainError as error:
        return show_again(request, _TEMPLATE, _context(principal, project), error)
    if result.missing_tags:
        return render(request, _TEMPLATE, _context(principal, project) | {"restored": result})
    return redirect("registry-trash", organisation=project.organisation.name, name=project.name)


def _context(principal: Principal, project: Project) -> dict[str, Any]:
    return {"project": project, "trash": trash_of(principal, project)}
