"""Copying a project into one of one's own organisations: a duplicate or a fork."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from forge.accounts.access import find_organisation, organisations_of
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import principal_of
from forge.core.errors import Conflict, Invalid
from forge.core.http.pages import for_person, show_again
from forge.projects.access import require_copy
from forge.projects.copying.actions import duplicate_project, fork_project
from forge.projects.creating.default_organisation import usual_organisation
from forge.projects.creating.names import free_name, typed_name
from forge.projects.place import project_of


@for_person
@require_http_methods(["GET", "POST"])
def copy(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """The form, and making the copy. Without a name, it is called like the project, or as near to that as is free."""
    principal = principal_of(request)
    origin = project_of(request, organisation, name, Verb.SEE)
    require_copy(principal, origin)
    creatable = list(organisations_of(principal, Verb.CREATE_PROJECT))
    context = {"project": origin, "creatable": creatable, "chosen": usual_organisation(principal, creatable)}
    context["is_member"] = can(principal, Verb.READ, origin)
    if request.method == "GET":
        return render(request, "project/copy.html", context)
    act = fork_project if request.POST.get("how") == "fork" else duplicate_project
    try:
        place = find_organisation(principal, request.POST.get("organisation", ""), Verb.CREATE_PROJECT)
        name = typed_name(request.POST.get("name", "")) or free_name(place, origin.name)
        duplicate = act(principal, origin, place, name)
    except (Invalid, Conflict) as error:
        return show_again(request, "project/copy.html", context, error)
    return redirect(f"{duplicate.get_absolute_url()}/studio")
