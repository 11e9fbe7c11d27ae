"""The form of the list of devices: what is done to all that match a search, or to those that were chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from forge.accounts.access import find_organisation
from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.core.actors import Actor
from forge.core.errors import Conflict, Invalid, NotFound
from forge.core.http.pages import for_person, show_again
from forge.fleet.bulk.actions import label_devices, request_of_devices
from forge.fleet.groups.access import find_group
from forge.fleet.pages.choices import group_labels
from forge.fleet.pages.listing import list_context
from forge.fleet.pages.overview import address_of
from forge.fleet.queries.syntax import LONGEST_QUERY, QueryOperator, QueryTerm
from hmrd.protocol.names import is_device_name
from hmrd.protocol.wanted import RequestKind

REQUESTS: Final = {"restart": (RequestKind.RESTART, "restarts"), "log": (RequestKind.LOG, "logs")}
"""The requests of the buttons, and the name in the list's address that says how many were asked."""


@for_person
@require_POST
def change_many(request: HttpRequest, organisation: str) -> HttpResponse:
    """Does what was pressed to the chosen devices; the list says what came of it."""
    principal = principal_of(request)
    owner = find_organisation(principal, organisation, Verb.CHANGE_DEVICES)
    text = request.POST.get("q", "")
    try:
        result = _do(principal, owner, request.POST, _queries(request.POST))
    except (Invalid, Conflict) as error:
        return show_again(request, "fleet/devices.html", list_context(request, owner, text), error)
    return redirect(f"/{owner.name}/devices{address_of(text)}&{result}#list")


def _queries(form: QueryDict) -> list[tuple[str, int]]:
    """Returns the queries of the chosen devices, each with the number of devices that the person saw."""
    if "all" in form:
        expected = form.get("expected", "")
        return [(form.get("q", ""), int(expected) if expected.isascii() and expected.isdigit() else 0)]
    names = sorted({name for name in form.getlist("device") if is_device_name(name)})
    if not names:
        raise Invalid("Choose devices in the list first, or all of them.")
    return [(_query_of(part), len(part)) for part in _parts(names)]


def _query_of(names: Iterable[str]) -> str:
    return str(QueryTerm("name", QueryOperator.EQUALS, tuple(names)))


def _parts(names: Sequence[str]) -> list[list[str]]:
    """Returns names in parts, each of which a query has room for."""
    parts: list[list[str]] = [[]]
    for name in names:
        if len(_query_of([*parts[-1], name])) > LONGEST_QUERY:
            parts.append([])
        parts[-1].append(name)
    return parts


@transaction.atomic
def _do(actor: Actor, owner: Organisation, form: QueryDict, queries: Sequence[tuple[str, int]]) -> str:
    """Does it to the devices of each query, or to none; returns what came of it, for the list's address."""
    do = form.get("do", "")
    if do == "label":
        labels = _labels(actor, owner, form)
        changed = sum(len(label_devices(actor, owner, query, count, labels)) for query, count in queries)
        return f"labelled={changed}"
    if do in REQUESTS:
        kind, name = REQUESTS[do]
        results = [request_of_devices(actor, owner, query, count, kind) for query, count in queries]
        return f"{name}={sum(each.requests for each in results)}"
    raise NotFound("This form has no such button.")


def _labels(actor: Actor, owner: Organisation, form: QueryDict) -> list[str]:
    """Returns the labels of the chosen group, or the one that was typed."""
    if group := form.get("group"):
        return [f"{key}={value}" for key, value in group_labels(find_group(actor, owner, group).query).items()]
    label = form.get("label", "").strip()
    if not label:
        raise Invalid("Choose a group, or type a label such as site=berlin.")
    return [label]
