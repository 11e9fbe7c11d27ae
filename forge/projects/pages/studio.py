"""The studio's page."""

from __future__ import annotations

from csp.constants import NONCE
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render

from forge.accounts.people.hints import PageHint, shows
from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.quotas.usage import storage_of
from forge.core.http.compression import gzip_page
from forge.core.http.pages import for_person
from forge.projects.pages.language_files import language_address
from forge.projects.place import project_of
from forge.projects.state import project_state


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
        "hints": [hint for hint in PageHint if shows(principal_of(request), hint)],
        "storage": {"used": storage.used, "limit": storage.limit},
    }
    return render(request, "studio.html", {"project": project, "state": state})
