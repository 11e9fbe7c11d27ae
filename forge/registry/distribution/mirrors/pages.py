"""The page of a project's mirrors. It needs no scripts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from forge.accounts.permissions import Verb
from forge.accounts.principals import Principal, principal_of
from forge.core.errors import DomainError
from forge.core.http.pages import for_person, show_again
from forge.core.preconditions import etag_of, form_precondition
from forge.projects.models import Project
from forge.projects.place import project_of
from forge.registry.distribution.mirrors.access import mirrors_of
from forge.registry.distribution.mirrors.actions import (
    copy_now,
    remove_mirror,
    set_mirror,
)
from forge.registry.distribution.mirrors.errors import BadMirror
from forge.registry.distribution.mirrors.models import MirrorDirection
from forge.registry.distribution.mirrors.serializers import mirror_facets

_TEMPLATE = "runes/mirrors.html"


@for_person
@require_http_methods(["GET", "POST"])
def mirrors_page(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """The registries that a project is copied to and fetched from, and changing them."""
    principal = principal_of(request)
    project = project_of(request, organisation, name, Verb.MANAGE)
    if request.method == "GET":
        return render(request, _TEMPLATE, _context(principal, project))
    try:
        _act(principal, project, request.POST)
    except DomainError as error:
        return show_again(request, _TEMPLATE, _context(principal, project, request.POST), error)
    return redirect("mirrors", organisation=project.organisation.name, name=project.name)


def _act(principal: Principal, project: Project, form: QueryDict) -> None:
    if form.get("do") == "copy":
        copy_now(principal, project)
        return
    direction = form.get("direction", "")
    if form.get("do") == "remove":
        remove_mirror(principal, project, direction, precondition=form_precondition(form))
        return
    names = _names(direction)
    fields = {field: form.get(name, "") for field, name in names.items()}
    password = fields.pop("password") or None
    try:
        set_mirror(principal, project, direction, **fields, password=password, precondition=form_precondition(form))
    except BadMirror as error:
        # The page has the fields twice, once for each direction.
        raise BadMirror(error.detail, errors={names[field]: texts for field, texts in error.errors.items()}) from None


def _names(direction: str) -> dict[str, str]:
    """The names of a direction's fields in the form."""
    return {field: f"{direction}_{field}" for field in ("registry", "repository", "user", "password")}


def _context(principal: Principal, project: Project, form: QueryDict | None = None) -> dict[str, Any]:
    existing = {mirror.direction: mirror for mirror in mirrors_of(principal, project)}
    cards = [
        {
            "direction": direction.value,
            "is_to": direction == MirrorDirection.TO,
            "is_open": form is not None and form.get("direction") == direction,
            "names": _names(direction),
            "mirror": existing.get(direction),
            "etag": etag_of(mirror_facets(existing.get(direction))),
        }
        for direction in MirrorDirection
    ]
    return {"project": project, "cards": cards}
