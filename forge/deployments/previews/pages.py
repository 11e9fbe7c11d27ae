"""The preview of a change request as a page: its state, and its link, which is shown once."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import principal_of
from forge.core.errors import Conflict, Invalid
from forge.core.http.pages import for_person, show_again
from forge.deployments.pages.trial import rune_to_try
from forge.deployments.previews import actions
from forge.deployments.previews.access import preview_of
from forge.projects.place import project_of
from forge.reviews.changes.access import find_numbered_change_request
from forge.reviews.models import ChangeRequest


@for_person
@never_cache
@require_http_methods(["GET", "POST"])
def preview_page(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """The preview; POST creates its link, or ends it. A new link is in the answer alone."""
    principal = principal_of(request)
    project = project_of(request, organisation, name, Verb.READ)
    change = find_numbered_change_request(principal, project, number)
    secret = ""
    try:
        if request.method == "POST" and request.POST.get("do") == "end":
            actions.end_preview_link(principal, change)
            return redirect(request.path)
        if request.method == "POST":
            _, secret = actions.create_preview_link(principal, change, _days(request.POST.get("days", "")))
    except (Invalid, Conflict) as error:
        return show_again(request, "changes/preview.html", _context(request, change), error)
    return render(request, "changes/preview.html", _context(request, change, secret))


def _context(request: HttpRequest, change: ChangeRequest, secret: str = "") -> dict[str, Any]:
    preview, project = preview_of(change), change.project
    return {
        "project": project,
        "change": change,
        "preview": preview,
        "secret": secret,
        "link": f"{preview.address}/try#key={secret}" if secret else "",
        "trial": rune_to_try(preview.build) if preview.build else None,
        "may_deploy": can(principal_of(request), Verb.DEPLOY, project),
        "usual_days": actions.USUAL_DAYS,
    }


def _days(text: str) -> int:
    if not text:
        return actions.USUAL_DAYS
    if not text.isascii() or not text.isdigit() or len(text) > 4:
        raise Invalid("Enter a whole number of days.", errors={"days": ["Enter a whole number of days."]})
    return int(text)
