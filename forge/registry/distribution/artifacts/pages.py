"""The page of what an organisation's registry takes. It needs no scripts."""

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
from forge.core.errors import Stale
from forge.core.http.pages import for_person
from forge.core.preconditions import etag_of, form_precondition
from forge.registry.distribution.artifacts.actions import RegistryTerms, change_registry_rules
from forge.registry.repository.rules import registry_facets, registry_rules_of


@for_person
@require_http_methods(["GET", "POST"])
def registry_page(request: HttpRequest, organisation: str) -> HttpResponse:
    """Shows the artifacts that clients may push to all projects, and changes the rule."""
    principal = principal_of(request)
    place = find_organisation(principal, organisation, Verb.RENAME_ORGANISATION)
    if request.method == "GET":
        return render(request, "organisation/registry.html", _context(principal, place))
    terms = RegistryTerms("takes_all" in request.POST, "versions_move" in request.POST)
    try:
        change_registry_rules(principal, place, terms, precondition=form_precondition(request.POST))
    except Stale as error:
        # The form shows the rules as they are now, and not what was chosen beside the ones before.
        context = _context(principal, place) | {"error": error}
        return render(request, "organisation/registry.html", context, status=status_of(error))
    return redirect("organisation-registry", organisation=place.name)


def _context(principal: Principal, organisation: Organisation) -> dict[str, Any]:
    rules = registry_rules_of(organisation.pk)
    return tabs_of(principal, organisation) | {"rules": rules, "etag": etag_of(registry_facets(rules))}
