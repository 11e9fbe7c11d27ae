"""The audit log as pages: an organisation's for its owners, one's own account's, and the file of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from rest_framework.request import Request

from forge.accounts.actions import note_export
from forge.accounts.audit.api import AuditPages
from forge.accounts.audit.export import checked_format, export_response
from forge.accounts.audit.log import Wanted, organisation_entries, own_entries, people_in
from forge.accounts.audit.sentences import Told, tell
from forge.accounts.audit.serializers import wanted_of
from forge.accounts.hooks import member_projects
from forge.accounts.organisations.access import find_organisation
from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.core.audit.messages import Topic
from forge.core.errors import Invalid
from forge.core.http.pages import for_person
from forge.core.models import AuditEntry

TOPIC_WORDS: Mapping[str, str] = {
    Topic.SIGN_INS: "Sign-ins and phones",
    Topic.ACCOUNTS: "Accounts and passwords",
    Topic.TOKENS: "Tokens",
    Topic.MEMBERS: "Members and invitations",
    Topic.ORGANISATION: "The organisation",
    Topic.PROJECTS: "Projects",
    Topic.FILES: "Files, versions and samples",
    Topic.BUILDS: "Builds",
    Topic.REVIEWS: "Reviews",
    Topic.PUBLISHING: "Publishing",
    Topic.DOWNLOADS: "Downloads",
    Topic.REFUSALS: "Refusals",
    Topic.LOG: "This log",
}
"""What a topic is called where someone chooses among them."""
OF_ACCOUNTS = (Topic.SIGN_INS, Topic.ACCOUNTS, Topic.TOKENS, Topic.REFUSALS)
"""The topics of one's own account's log."""


@dataclass(frozen=True)
class EntriesPage:
    """A page of entries, and the addresses of the pages beside it."""

    entries: list[Told]
    newer: str | None
    older: str | None


@for_person
@never_cache
@require_safe
def organisation_audit(request: HttpRequest, organisation: str) -> HttpResponse:
    """What happened in an organisation, for its owners."""
    principal = principal_of(request)
    place = find_organisation(principal, organisation, Verb.READ_AUDIT)
    context: dict[str, Any] = {
        "organisation": place,
        "people": people_in(place),
        "projects": [project for each in member_projects.call(principal, place.pk, None) for project in each],
        "topics": TOPIC_WORDS,
        "address": f"{place.get_absolute_url()}/-/settings/audit",
        "query": _query(request),
    }
    wanted, error = _wanted(request)
    shown = _page(request, organisation_entries(principal, place, wanted))
    return render(request, "audit.html", context | {"shown": shown, "error": error}, status=400 if error else 200)


@for_person
@never_cache
@require_safe
def organisation_export(request: HttpRequest, organisation: str) -> HttpResponseBase:
    """The same as a file, whole."""
    principal = principal_of(request)
    place = find_organisation(principal, organisation, Verb.READ_AUDIT)
    entries = organisation_entries(principal, place, wanted_of(request.GET.dict()))
    kind = checked_format(request.GET.get("as", ""))
    note_export(principal, place, kind)
    return export_response(request, entries, kind, f"{place.name}-audit")


@for_person
@never_cache
@require_safe
def own_audit(request: HttpRequest) -> HttpResponse:
    """What happened to one's own account."""
    wanted, error = _wanted(request)
    context = {
        "topics": {topic: TOPIC_WORDS[topic] for topic in OF_ACCOUNTS},
        "address": "/accounts/audit",
        "query": _query(request),
        "shown": _page(request, own_entries(principal_of(request), wanted)),
        "error": error,
    }
    return render(request, "audit.html", context, status=400 if error else 200)


def _wanted(request: HttpRequest) -> tuple[Wanted, Invalid | None]:
    """What the address asks for; where it cannot be understood all entries, and what is wrong."""
    try:
        wanted = wanted_of(request.GET.dict())
        wanted.condition()
    except Invalid as error:
        return Wanted(), error
    return wanted, None


def _query(request: HttpRequest) -> dict[str, str]:
    """What was chosen, for the form and for the addresses of the files."""
    return {name: request.GET.get(name, "") for name in ("who", "what", "since", "until", "project")}


def _page(request: HttpRequest, entries_query: QuerySet[AuditEntry]) -> EntriesPage:
    pages = AuditPages()
    entries = tell(pages.paginate_queryset(entries_query, Request(request)) or [])
    return EntriesPage(entries, pages.get_previous_link(), pages.get_next_link())
