"""The page that answers which devices run a digest, a component or what an advisory is about. It needs no scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from forge.accounts.access import find_organisation
from forge.accounts.models import Organisation
from forge.accounts.organisation_tabs import tabs_of
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, principal_of
from forge.core.errors import Conflict, DomainError, Invalid
from forge.core.http.act_forms import Button, form_view
from forge.core.http.pages import for_person, show_again
from forge.core.http.paging import slice_of
from forge.exposure.answers.devices import VALUES, exposed_devices, rows_of_devices
from forge.exposure.answers.exposure import ExposedRune, Exposure, RuneName, find_exposure
from forge.exposure.answers.searches import guessed_search
from forge.exposure.exports.access import exports_of
from forge.exposure.exports.actions import request_export
from forge.exposure.models import LONGEST_QUERY, ExposureExport, ExposureKind, VexJustification, VexStatement, VexStatus
from forge.exposure.pages.rows import ExposedDeviceLine, line_of
from forge.exposure.vex.actions import state_vex
from forge.exposure.vex.statuses import statements_of
from forge.projects.models import Project
from forge.registry.provenance.signing.access import keys_of

SHOWN: Final = 50
"""Devices on a page of the list."""
EXPORTS_SHOWN: Final = 5
_TEMPLATE: Final = "exposure/page.html"


@dataclass(frozen=True)
class RuneProject:
    """A project that has a rune of the answer, with the statuses of it, the newest first."""

    project: Project
    name: RuneName
    statements: Sequence[VexStatement]
    may_state: bool

    @property
    def current(self) -> VexStatement | None:
        """The statement that counts."""
        return self.statements[0] if self.statements else None


@dataclass(frozen=True)
class ExposedRuneCard:
    """A rune of the answer, with its projects."""

    rune: ExposedRune
    projects: Sequence[RuneProject]


@for_person
def exposure_page(request: HttpRequest, organisation: str) -> HttpResponse:
    """Returns the answer to `?q=`, or what the page is for."""
    owner = find_organisation(principal_of(request), organisation)
    try:
        return render(request, _TEMPLATE, _context(request, owner, request.GET.get("q", "")))
    except Invalid as error:
        return show_again(request, _TEMPLATE, _empty(request, owner, request.GET.get("q", "")), error)


def _context(request: HttpRequest, owner: Organisation, text: str) -> dict[str, Any]:
    """Returns what the page shows of a search. Raises `Invalid` for a text that names nothing."""
    context = _empty(request, owner, text)
    if not text.strip():
        return context
    principal, now, search = principal_of(request), timezone.now(), guessed_search(text)
    exposure = find_exposure(principal, owner, search, now)
    devices = exposed_devices(owner.pk, exposure.digests)
    rows, pages = slice_of(request, devices.values(*VALUES), SHOWN, at="list")
    query = urlencode({search.kind.value: search.value})
    return context | {
        "exposure": exposure,
        "cards": _cards(principal, exposure),
        "lines": _lines(list(rows), exposure, now),
        "pages": pages,
        "csv_url": f"/api/v1/organisations/{owner.name}/exposure.csv?{query}",
        "is_advisory": search.kind == ExposureKind.ADVISORY,
    }


def _empty(request: HttpRequest, owner: Organisation, text: str) -> dict[str, Any]:
    principal = principal_of(request)
    return tabs_of(principal, owner) | {
        "query": text[:LONGEST_QUERY],
        "exports": _exports(principal, owner),
        "may_export": can(principal, Verb.CHANGE_DEVICES, owner),
        "has_key": any(key.is_on_server and key.is_signing for key in keys_of(owner.pk)),
        "statuses": VexStatus.choices,
        "justifications": VexJustification.choices,
    }


def _exports(principal: Principal, owner: Organisation) -> Sequence[ExposureExport]:
    return list(exports_of(principal, owner)[:EXPORTS_SHOWN])


def _cards(principal: Principal, exposure: Exposure) -> tuple[ExposedRuneCard, ...]:
    statements = list(statements_of(exposure.projects, exposure.advisory_ids or None, exposure.digests))
    return tuple(ExposedRuneCard(rune, _projects(principal, rune, statements)) for rune in exposure.runes)


def _projects(principal: Principal, rune: ExposedRune, statements: Sequence[VexStatement]) -> tuple[RuneProject, ...]:
    names = {name.project: name for name in rune.names}
    return tuple(
        RuneProject(
            project,
            name,
            [each for each in statements if each.rune == rune.digest and each.project_id == project.pk],
            can(principal, Verb.DEPLOY, project),
        )
        for project, name in names.items()
    )


def _lines(rows: Sequence[Any], exposure: Exposure, now: datetime) -> tuple[ExposedDeviceLine, ...]:
    titles = {each.digest: each.title for each in exposure.runes}
    return tuple(
        line_of(row, device, titles[device["rune"]])
        for row, device in zip(rows, rows_of_devices(rows, exposure.digests, now), strict=True)
    )


def _back(request: HttpRequest, owner: Organisation) -> HttpResponse:
    return redirect(f"/{owner.name}/devices/exposure?{urlencode({'q': request.POST.get('q', '')})}")


def _again(request: HttpRequest, owner: Organisation, error: DomainError) -> HttpResponse:
    text = request.POST.get("q", "")
    try:
        context = _context(request, owner, text)
    except Invalid:
        context = _empty(request, owner, text)
    return show_again(request, _TEMPLATE, context, error)


def _stated(request: HttpRequest, project: Project, statement: VexStatement) -> HttpResponse:
    return _back(request, project.organisation)


def _signed(request: HttpRequest, owner: Organisation, export: ExposureExport) -> HttpResponse:
    return _back(request, owner)


def _state_again(request: HttpRequest, project: Project, error: DomainError) -> HttpResponse:
    return _again(request, project.organisation, error)


set_status = form_view({"state": Button(state_vex, shown=_stated)}, _state_again, (Conflict,))
"""The button that sets the status of a rune."""
sign_list = form_view({"sign": Button(request_export, shown=_signed)}, _again, (Conflict,))
"""The button that asks for a signed list."""
