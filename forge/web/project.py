"""A project's own pages: its address, the studio, and its settings."""

from __future__ import annotations

from csp.constants import NONCE
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from forge.accounts.people.hints import Hint, shows
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import principal_of
from forge.accounts.quotas.usage import storage_of
from forge.core.errors import Conflict, Invalid, Moved
from forge.core.http.compression import gzip_page
from forge.projects.access import find_project
from forge.projects.actions import delete_project, update_project
from forge.projects.models import Project
from forge.projects.state import project_state
from forge.web.language_files import language_address
from forge.web.pages import for_person, show_again


def project_of(request: HttpRequest, organisation: str, name: str, verb: Verb) -> Project:
    """The project of a page's address. Raises `Moved` to the same page of the project's present address."""
    try:
        return find_project(principal_of(request), organisation, name, verb)
    except Moved as moved:
        path = request.get_full_path()
        raise Moved(path.replace(f"/{organisation}/{name}", moved.location, 1)) from moved


@gzip_page  # it waits for nothing else, and what it holds of secrets is written anew for each answer
@for_person
@csp_update({"style-src": [NONCE]})  # type: ignore[arg-type]  # the editor makes its own styles, with the nonce
def studio(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """The studio's page, with the state that it starts from."""
    project = project_of(request, organisation, name, Verb.READ)
    storage = storage_of([project.organisation_id])[project.organisation_id]
    state = project_state(project, principal_of(request)) | {
        "csrf": get_token(request),
        "language": language_address(),
        "hints": [hint for hint in Hint if shows(principal_of(request), hint)],
        "storage": {"used": storage.used, "limit": storage.limit},
    }
    return render(request, "studio.html", {"project": project, "state": state})


@for_person
@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """A project's name, description and visibility, and deleting it."""
    principal = principal_of(request)
    project = project_of(request, organisation, name, Verb.DESCRIBE)
    context = {
        "project": project,
        "manages": can(principal, Verb.MANAGE, project),
        "hooks": can(principal, Verb.MANAGE_WEBHOOKS, project.organisation),
        "saved": "saved" in request.GET,
    }
    if request.method == "GET":
        return render(request, "project/settings.html", context)
    former = project.name
    try:
        changed = update_project(
            principal,
            project,
            name=request.POST.get("name", "").strip(),
            description=request.POST.get("description", ""),
            visibility=request.POST.get("visibility") or None,
            # A form without the choice, for who may not make it, leaves it.
            shares_files="shares_files" in request.POST if "visibility" in request.POST else None,
        )
    except (Invalid, Conflict) as error:
        project.name = former
        return show_again(request, "project/settings.html", context | {"saved": False}, error)
    return redirect(f"{changed.get_absolute_url()}/settings?saved")


@for_person
@require_POST
def delete(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Deleting a project; the page that follows has the way back."""
    project = project_of(request, organisation, name, Verb.MANAGE)
    delete_project(principal_of(request), project)
    return redirect("deleted-projects", organisation=project.organisation.name)
