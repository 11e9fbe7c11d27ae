"""The audit log as pages: an organisation's for its owners, one's own account's, and the file of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from rest_framework import exceptions
from rest_framework.request import Request

from forge.accounts.access import find_organisation
from forge.accounts.audit.actions.export import note_export
from forge.accounts.audit.api import AuditPages
from forge.accounts.audit.export import checked_format, export_response
from forge.accounts.audit.filters import EntryFilter
from forge.accounts.audit.log import organisation_entries, own_entries, people_in
from forge.accounts.audit.sentences import RenderedEntry, render_entries
from forge.accounts.hooks import member_projects
from forge.accounts.organisation_tabs import tabs_of
from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.core.audit.messages import AuditTopic
from forge.core.errors import NotFound
from forge.core.http.pages import for_person
from forge.core.models import AuditEntry

OF_ACCOUNTS = (AuditTopic.SIGN_INS, AuditTopic.ACCOUNTS, AuditTopic.TOKENS, AuditTopic.REFUSALS)
"""The topics of one's own account's log."""


@dataclass(frozen=True)
class EntriesPage:
    """A page of entries, and the addresses of the pages beside it."""

    entries: list[RenderedEntry]
    newer: str | None
    older: str | None


@for_person
@never_cache
@require_safe
def organisation_audit(request: HttpRequest, organisation: str) -> HttpResponse:
    """Shows owners the events of an organisation."""
    principal = principal_of(request)
    place = find_organisation(principal, organisation, Verb.READ_AUDIT)
    filters = EntryFilter(request.GET, organisation_entries(principal, place))
    context: dict[str, Any] = tabs_of(principal, place) | {
        "people": people_in(place),
        "projects": [project for each in member_projects.call(principal, place.pk, None) for project in each],
        "topics": _labels(AuditTopic),
        "address": f"{place.get_absolute_url()}/-/settings/audit",
        "query": filters.values,
        "page": _page(request, filters.qs),
    }
    return render(request, "site/audit.html", context)


@for_person
@never_cache
@require_safe
def organisation_export(request: HttpRequest, organisation: str) -> HttpResponseBase:
    """The same as a file, whole; a wrong value of a filter is refused, since the file does not show it."""
    principal = principal_of(request)
    place = find_organisation(principal, organisation, Verb.READ_AUDIT)
    entries = EntryFilter.narrow(request.GET, organisation_entries(principal, place))
    kind = checked_format(request.GET.get("as", ""))
    note_export(principal, place, kind)
    return export_response(request, entries, kind, f"{place.name}-audit")


@for_person
@never_cache
@require_safe
def own_audit(request: HttpRequest) -> HttpResponse:
    """Shows the events of one's own account."""
    filters = EntryFilter(request.GET, own_entries(principal_of(request)))
    context = {
        "topics": _labels(OF_ACCOUNTS),
        "address": "/accounts/audit",
        "query": filters.values,
        "page": _page(request, filters.qs),
    }
    return render(request, "site/audit.html", context)


def _labels(topics: Iterable[AuditTopic]) -> dict[str, str]:
    return {topic.value: str(topic.label) for topic in topics}


def _page(request: HttpRequest, entries_query: QuerySet[AuditEntry]) -> EntriesPage:
    """Returns a page.

    Raises `NotFound` for a cursor that we did not make: REST framework's error does not suit a page.
    """
    pages = AuditPages()
    try:
        rows = pages.paginate_queryset(entries_query, Request(request)) or []
    except exceptions.NotFound:
        raise NotFound("This page of the log does not exist. Open its first page.") from None
    entries = render_entries(rows)
    return EntriesPage(entries, pages.get_previous_link(), pages.get_next_link())
