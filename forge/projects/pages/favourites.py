"""Marking projects as one's favourites, by a form of the lists."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.core.http.pages import for_person
from forge.projects.lifecycle.actions.favourites import mark_favourite
from forge.projects.place import project_of


@for_person
@require_POST
def favourites(request: HttpRequest) -> HttpResponse:
    """Adds or removes the project of the button that was pressed, and goes back to the list."""
    is_added = "add" in request.POST
    organisation, _, name = request.POST.get("add" if is_added else "remove", "").partition("/")
    project = project_of(request, organisation, name, Verb.SEE)
    mark_favourite(principal_of(request), project, chosen=is_added)
    back = request.POST.get("back", "")
    # A path of ours alone: the form may have been made by somebody else.
    return redirect(back if back.startswith("/") and url_has_allowed_host_and_scheme(back, None) else "home")
