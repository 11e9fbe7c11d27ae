"""The pages of groups and saved searches: saving a search, and changing or deleting what was saved."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from forge.accounts.access import find_organisation
from forge.accounts.models import Organisation
from forge.accounts.organisation_tabs import tabs_of
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import principal_of
from forge.core.actors import Actor
from forge.core.errors import Conflict, DomainError
from forge.core.http.act_forms import Button, form_view
from forge.core.http.pages import for_person, show_again
from forge.core.preconditions import etag_of
from forge.fleet.groups.access import find_group, groups_of
from forge.fleet.groups.actions import change_group, create_group, delete_group
from forge.fleet.groups.counts import count_queries
from forge.fleet.groups.etag_facets import group_facets
from forge.fleet.groups.models import DeviceGroup, GroupKind
from forge.fleet.pages.deployment_address import deployment_address
from forge.fleet.queries.errors import BadQuery
from forge.fleet.queries.matching import is_lasting, lasting_fields, parse_query, scope_of


@for_person
def new_group(request: HttpRequest, organisation: str) -> HttpResponse:
    """Saves the search `?q=` as a group or a search."""
    owner = find_organisation(principal_of(request), organisation, Verb.CHANGE_DEVICES)
    return render(request, "fleet/group.html", _new_context(request, owner, request.GET.get("q", "")))


@for_person
def group_page(request: HttpRequest, organisation: str, group: str) -> HttpResponse:
    """Returns a group with its query, its devices and the deployment that is for it."""
    principal = principal_of(request)
    owner = find_organisation(principal, organisation)
    return render(request, "fleet/group.html", _context(request, find_group(principal, owner, group)))


def _new_context(request: HttpRequest, owner: Organisation, text: str) -> dict[str, Any]:
    is_group = _is_lasting(text)
    return _shared(request, owner, text) | {
        "group": None,
        "parents": _parents(principal_of(request), owner, None),
        "kind": GroupKind.GROUP if is_group else GroupKind.SEARCH,
        # The choice of the person stays while they correct the query.
        "may_be_group": is_group or request.POST.get("kind") == GroupKind.GROUP,
    }


def _context(request: HttpRequest, group: DeviceGroup) -> dict[str, Any]:
    assignment = getattr(group, "assignment", None)
    return _shared(request, group.organisation, group.query) | {
        "group": group,
        "parents": _parents(principal_of(request), group.organisation, group) if group.kind == GroupKind.GROUP else [],
        "etag": etag_of(group_facets(group)),
        "assignment": assignment,
        "deployment_page": deployment_address(assignment.path) if assignment else "",
    }


def _shared(request: HttpRequest, owner: Organisation, text: str) -> dict[str, Any]:
    return tabs_of(principal_of(request), owner) | {
        "query": text,
        "may_change": can(principal_of(request), Verb.CHANGE_DEVICES, owner),
        "list_address": _list_of(owner, text),
        "lasting_fields": lasting_fields(),
        "devices_count": count_queries([text], scope_of(owner.pk))[text],
    }


def _is_lasting(text: str) -> bool:
    try:
        return is_lasting(parse_query(text))
    except BadQuery:
        return False


def _parents(actor: Actor, owner: Organisation, group: DeviceGroup | None) -> list[DeviceGroup]:
    """Returns the groups below which this one can be listed."""
    groups = groups_of(actor, owner).filter(kind=GroupKind.GROUP)
    return [each for each in groups if group is None or each.pk != group.pk]


def _list_of(owner: Organisation, query: str) -> str:
    return f"/{owner.name}/devices?{urlencode({'q': query})}"


def _new_again(request: HttpRequest, owner: Organisation, error: DomainError) -> HttpResponse:
    context = _new_context(request, owner, request.POST.get("query", ""))
    return show_again(request, "fleet/group.html", context, error)


def _again(request: HttpRequest, group: DeviceGroup, error: DomainError) -> HttpResponse:
    current = find_group(principal_of(request), group.organisation, group.name)
    return show_again(request, "fleet/group.html", _context(request, current), error)


def _show_devices(request: HttpRequest, owner: Organisation, group: DeviceGroup) -> HttpResponse:
    """Leads to the devices of the group that was made."""
    return redirect(_list_of(owner, group.query))


create = form_view({"create": Button(create_group, shown=_show_devices)}, _new_again, (Conflict,))
change = form_view(
    {
        "change": Button(change_group, lambda group: _list_of(group.organisation, group.query)),
        "delete": Button(delete_group, lambda group: f"/{group.organisation.name}/devices"),
    },
    _again,
    (Conflict,),
)
"""The buttons of the page of a group."""
