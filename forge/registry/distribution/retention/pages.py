"""The page of an organisation's retention rules, with a preview of what they would delete. It needs no scripts."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import takewhile
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from forge.accounts.access import find_organisation
from forge.accounts.models import Organisation
from forge.accounts.organisation_tabs import tabs_of
from forge.accounts.permissions import Verb
from forge.accounts.principals import Principal, principal_of
from forge.core.api.problems import status_of
from forge.core.errors import DomainError, Invalid, Stale
from forge.core.http.pages import for_person
from forge.core.preconditions import etag_of, form_precondition
from forge.registry.distribution.retention.access import policy_of, preview_of, retention_facets
from forge.registry.distribution.retention.actions import MAX_RULES, change_retention, checked_policy, rule_from
from forge.registry.distribution.retention.policy import RetentionPolicy, RetentionRule

_TEMPLATE = "organisation/retention.html"
_FREE_ROWS = 2
"""Empty rows of the form, for further rules."""


@for_person
@require_http_methods(["GET", "POST"])
def retention_page(request: HttpRequest, organisation: str) -> HttpResponse:
    """The rules, what they would delete now, and changing them."""
    principal = principal_of(request)
    place = find_organisation(principal, organisation, Verb.RENAME_ORGANISATION)
    if request.method == "GET":
        return render(request, _TEMPLATE, _context(principal, place, policy_of(place.pk)))
    try:
        policy = _policy_in(request.POST)
        if request.POST.get("do") == "preview":
            return render(request, _TEMPLATE, _context(principal, place, checked_policy(policy)))
        change_retention(principal, place, policy, precondition=form_precondition(request.POST))
    except DomainError as error:
        # Rules that others changed meanwhile are shown as they are now; what is merely wrong stays to be corrected.
        if isinstance(error, Stale):
            context = _context(principal, place, policy_of(place.pk))
        else:
            context = _context(principal, place, RetentionPolicy()) | _form_fields(request.POST)
        return render(request, _TEMPLATE, context | {"error": error}, status=status_of(error))
    return redirect("organisation-retention", organisation=place.name)


def _context(principal: Principal, organisation: Organisation, policy: RetentionPolicy) -> dict[str, Any]:
    rules = [*policy.rules, *(RetentionRule("") for _ in range(_FREE_ROWS))][:MAX_RULES]
    return tabs_of(principal, organisation) | {
        "rows": [(rule.tags, rule.keep_last, rule.unused_days, rule.older_days) for rule in rules],
        "keep": " ".join(policy.keep),
        "preview": preview_of(principal, organisation, policy, timezone.now()) if policy.rules else None,
        "etag": etag_of(retention_facets(policy_of(organisation.pk))),
    }


def _form_fields(form: Mapping[str, str]) -> dict[str, Any]:
    """The fields of the form, as they were written."""
    rows = takewhile(lambda row: f"tags-{row}" in form, range(MAX_RULES))
    names = ("tags", "last", "unused", "older")
    return {
        "rows": [tuple(form.get(f"{name}-{row}", "") for name in names) for row in rows],
        "keep": form.get("keep", ""),
    }


def _policy_in(form: Mapping[str, str]) -> RetentionPolicy:
    """The rules of the form, without empty rows. Raises `Invalid`."""
    fields = _form_fields(form)
    rules = [rule_from(tags.strip(), *map(_number, numbers)) for tags, *numbers in fields["rows"] if tags.strip()]
    return RetentionPolicy(tuple(rules), tuple(fields["keep"].split()))


def _number(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 6:
        raise Invalid(f"{text[:20]} is not a number of days or artifacts.", errors={"rules": ["Write a number."]})
    return int(text)
