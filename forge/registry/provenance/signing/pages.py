"""The page of an organisation's signing keys. It needs no scripts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from forge.accounts.access import find_organisation
from forge.accounts.models import Organisation
from forge.accounts.organisation_tabs import tabs_of
from forge.accounts.permissions import Verb
from forge.accounts.principals import Principal, principal_of
from forge.core.errors import DomainError, NotFound
from forge.core.http.pages import for_person, show_again
from forge.core.preconditions import etag_of, form_precondition
from forge.registry.provenance.signing.access import key_facets, keys_of
from forge.registry.provenance.signing.actions.keys import add_signing_key, create_signing_key, revoke_signing_key
from rune.tools.signing.keys import Algorithm

ALGORITHM_NAMES = {Algorithm.P256: "ECDSA on P-256, for all tools", Algorithm.ED25519: "Ed25519"}


@for_person
@require_http_methods(["GET", "POST"])
def signing_page(request: HttpRequest, organisation: str) -> HttpResponse:
    """The keys that sign what an organisation publishes: creating, adding and revoking them."""
    principal = principal_of(request)
    place = find_organisation(principal, organisation, Verb.RENAME_ORGANISATION)
    if request.method == "GET":
        return render(request, "organisation/signing.html", _context(principal, place))
    try:
        _change(request, principal, place)
    except DomainError as error:
        return show_again(request, "organisation/signing.html", _context(principal, place), error)
    return redirect("organisation-signing", organisation=place.name)


def _change(request: HttpRequest, principal: Principal, place: Organisation) -> None:
    form, precondition = request.POST, form_precondition(request.POST)
    match form.get("do"):
        case "create":
            algorithm_name = form.get("algorithm", "")
            algorithm = Algorithm(algorithm_name) if algorithm_name in list(Algorithm) else Algorithm.P256
            create_signing_key(principal, place, algorithm, precondition=precondition)
        case "add":
            add_signing_key(principal, place, form.get("public_key", ""), precondition=precondition)
        case "revoke":
            revoke_signing_key(
                principal, place, _key_id(form.get("key", "")), form.get("reason", ""), precondition=precondition
            )


def _key_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("The organisation has no such key.") from None


def _context(principal: Principal, organisation: Organisation) -> dict[str, Any]:
    keys = keys_of(organisation.pk)
    return tabs_of(principal, organisation) | {
        "keys": keys,
        "signing": next((key for key in keys if key.is_signing), None),
        "algorithms": [(each.value, text) for each, text in ALGORITHM_NAMES.items()],
        "etag": etag_of(key_facets(keys)),
    }
