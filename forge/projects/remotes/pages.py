"""Projects from Git servers: the form."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from forge.accounts.access import find_organisation, organisations_of
from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.core.errors import Conflict, Invalid, TooLarge, TooOften, Unprocessable
from forge.core.http.pages import for_person, show_again
from forge.projects.creating.default_organisation import usual_organisation
from forge.projects.creating.names import typed_name
from forge.projects.git.remote import checked_remote
from forge.projects.remotes.actions import create_from_git

_REFUSALS = (Invalid, Conflict, Unprocessable, TooLarge, TooOften)


@for_person
@require_http_methods(["GET", "POST"])
def from_git(request: HttpRequest) -> HttpResponse:
    """The form, and making a project of a branch. What was left out is said before the studio opens."""
    principal = principal_of(request)
    creatable = list(organisations_of(principal, Verb.CREATE_PROJECT))
    organisation_name = request.GET.get("organisation", "") or usual_organisation(principal, creatable)
    context = {"creatable": creatable, "chosen": organisation_name, "servers": settings.GIT_ORIGINS}
    if request.method == "GET":
        return render(request, "git/new.html", context)
    fields = {field: request.POST.get(field, "") for field in ("url", "branch", "token", "folder")}
    try:
        organisation = find_organisation(principal, request.POST.get("organisation", ""), Verb.CREATE_PROJECT)
        remote = checked_remote(**fields)
        project, skipped_paths = create_from_git(
            principal, organisation, typed_name(request.POST.get("name", "")), remote
        )
    except _REFUSALS as error:
        return show_again(request, "git/new.html", context, error)
    if skipped_paths:
        return render(request, "git/imported.html", {"project": project, "skipped_paths": skipped_paths})
    return redirect(f"{project.get_absolute_url()}/studio")
