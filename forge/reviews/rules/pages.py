"""The page of an organisation's rules for publishing. It needs no scripts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from forge.accounts.access import find_organisation
from forge.accounts.models import Organisation
from forge.accounts.organisation_tabs import tabs_of
from forge.accounts.permissions import Verb
from forge.accounts.principals import Principal, principal_of
from forge.core.api.problems import status_of
from forge.core.errors import Invalid, Stale
from forge.core.http.pages import for_person, show_again
from forge.core.preconditions import etag_of, form_precondition
from forge.reviews.rules.access import rule_facets, rules_of
from forge.reviews.rules.actions import MAXIMUM_APPROVALS, Rules, change_rules


@for_person
@require_http_methods(["GET", "POST"])
def rules_page(request: HttpRequest, organisation: str) -> HttpResponse:
    """The rules that hold for all projects, and changing them."""
    principal = principal_of(request)
    place = find_organisation(principal, organisation, Verb.RENAME_ORGANISATION)
    if request.method == "GET":
        return render(request, "organisation/rules.html", _context(principal, place))
    try:
        change_rules(principal, place, _rules_of_form(request), precondition=form_precondition(request.POST))
    except Invalid as error:
        return show_again(request, "organisation/rules.html", _context(principal, place), error)
    except Stale as error:
        # The form shows the rules as they are now, and not what was typed beside the ones before.
        context = _context(principal, place) | {"error": error}
        return render(request, "organisation/rules.html", context, status=status_of(error))
    return redirect("organisation-rules", organisation=place.name)


def _rules_of_form(request: HttpRequest) -> Rules:
    approvals, tags = request.POST.get("approvals", ""), request.POST.get("protected_tags", "")
    if not (approvals.isascii() and approvals.isdigit() and len(approvals) < 4):
        message = f"Choose 0 to {MAXIMUM_APPROVALS} approvals."
        raise Invalid(message, errors={"approvals": [message]})
    return Rules(int(approvals), tuple(tags.replace(",", " ").split()), "confirms" in request.POST)


def _context(principal: Principal, organisation: Organisation) -> dict[str, Any]:
    rules = rules_of(organisation.pk)
    return tabs_of(principal, organisation) | {
        "rules": rules,
        "tags": " ".join(rules.protected_tags),
        "etag": etag_of(rule_facets(rules)),
    }
