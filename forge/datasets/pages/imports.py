"""The pages of imports: sending an archive, its preview, how far it is, and what was left out. They work without
scripts, which send large archives in pieces."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from forge.accounts.permissions import Verb
from forge.accounts.principals import Principal, principal_of
from forge.core.errors import DomainError, Invalid
from forge.core.http.pages import for_person, show_again
from forge.datasets.consent.actions import agree
from forge.datasets.consent_terms import (
    DAYS_OFFERED,
    DEFAULT_DAYS,
    DEFAULT_PURPOSES,
    PURPOSE_LABELS,
    Purpose,
    checked_days,
    checked_purposes,
    terms_for,
)
from forge.datasets.imports.access import find_import, imports_of, may_discard, may_send
from forge.datasets.imports.actions import Defaults, begin_import, discard_import, receive_piece, start_import
from forge.datasets.imports.comparing import conflicts_of
from forge.datasets.imports.serializers import rates_of_import
from forge.datasets.models.imports import DataImport, ImportState
from forge.datasets.pages.label_conflicts import conflict_fields, label_boxes, posted_choices
from forge.projects.models import Project
from forge.projects.place import project_of

IMPORTS_SHOWN = 10
"""Earlier imports on the page that begins one."""


@for_person
@require_GET
@never_cache
def new_import(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Chooses an archive, and shows the terms that one agrees to."""
    project = project_of(request, organisation, name, Verb.EDIT)
    return render(request, "data/imports/new.html", _context(principal_of(request), project, QueryDict()))


@for_person
@require_POST
def begin(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Begins an import. A browser without scripts sends the archive with it, another its `size` alone."""
    project = project_of(request, organisation, name, Verb.EDIT)
    principal = principal_of(request)
    try:
        row = _begin(request, principal, project)
    except DomainError as error:
        return show_again(request, "data/imports/new.html", _context(principal, project, request.POST), error)
    return redirect(f"{project.get_absolute_url()}/data/imports/{row.pk}")


@for_person
@require_GET
@never_cache
def one_import(request: HttpRequest, organisation: str, name: str, import_id: UUID) -> HttpResponse:
    """An import: its preview, how far it is, and what was left out."""
    project = project_of(request, organisation, name, Verb.READ)
    principal = principal_of(request)
    return render(request, "data/imports/import.html", _import_context(principal, project, import_id))


@for_person
@require_POST
def start(request: HttpRequest, organisation: str, name: str, import_id: UUID) -> HttpResponse:
    """Adds the recordings with the ticked labels."""
    project = project_of(request, organisation, name, Verb.EDIT)
    principal = principal_of(request)
    row = find_import(principal, project, import_id)
    try:
        start_import(principal, row, request.POST.getlist("labels"), posted_choices(request.POST))
    except DomainError as error:
        context = _import_context(principal, project, import_id, request.POST)
        return show_again(request, "data/imports/import.html", context, error)
    return redirect(f"{project.get_absolute_url()}/data/imports/{row.pk}")


@for_person
@require_POST
def discard(request: HttpRequest, organisation: str, name: str, import_id: UUID) -> HttpResponse:
    """Deletes an import; samples that it added stay."""
    project = project_of(request, organisation, name, Verb.EDIT)
    principal = principal_of(request)
    discard_import(principal, find_import(principal, project, import_id))
    return redirect(f"{project.get_absolute_url()}/data")


def _begin(request: HttpRequest, principal: Principal, project: Project) -> DataImport:
    if request.POST.get("agreed") != "on":
        raise Invalid("Agree to the terms before you send recordings.")
    file, size = request.FILES.get("archive"), request.POST.get("size", "")
    if isinstance(file, UploadedFile):
        size = str(file.size or 0)
    if not size.isascii() or not size.isdigit() or len(size) > 15:
        raise Invalid("Choose a ZIP file.")
    purposes, days = _chosen_terms(request.POST)
    consent = agree(principal, project, purposes=purposes, days=days, text=request.POST.get("terms", ""))
    defaults = Defaults(
        request.POST.get("group", ""), request.POST.get("alone") == "on", request.POST.get("device", "")
    )
    row = begin_import(principal, consent, int(size), defaults)
    return receive_piece(principal, row, 0, file.chunks()) if isinstance(file, UploadedFile) else row


def _chosen_terms(fields: QueryDict) -> tuple[frozenset[Purpose], int]:
    """The purposes and the days of a form, or the usual ones where it has none. Raises `Invalid`."""
    if "days" not in fields:
        return DEFAULT_PURPOSES, DEFAULT_DAYS
    return checked_purposes(fields.getlist("purposes")), checked_days(fields.get("days") or "")


def _context(principal: Principal, project: Project, fields: QueryDict) -> dict[str, Any]:
    try:
        purposes, days = _chosen_terms(fields)
        terms = terms_for(project, purposes, days)
    except Invalid:
        purposes, days = DEFAULT_PURPOSES, DEFAULT_DAYS
        terms = terms_for(project, purposes, days)
    return {
        "project": project,
        "terms": terms.text,
        "purposes": [(each.value, PURPOSE_LABELS[each], each in purposes) for each in Purpose],
        "spans": DAYS_OFFERED,
        "days": days,
        "imports": imports_of(principal, project)[:IMPORTS_SHOWN],
    }


def _import_context(
    principal: Principal, project: Project, import_id: UUID, fields: QueryDict | None = None
) -> dict[str, Any]:
    """Returns the context of the page. `fields` are those of a form that was refused."""
    row = find_import(principal, project, import_id)
    return {
        "project": project,
        "import": row,
        "label_boxes": label_boxes(row, None if fields is None else fields.getlist("labels")),
        "conflicts": conflict_fields(conflicts_of(row), fields or QueryDict()),
        "splits": sorted(row.description.get("splits", {}).items()),
        "rates": rates_of_import(row),
        "more_notes": row.description.get("note_count", 0) - len(row.description.get("notes", ())),
        "more": row.omission_count - len(row.omissions),
        "may_send": may_send(principal, row),
        "may_discard": may_discard(principal, row),
        "is_ready": row.state == ImportState.READY,
        "is_moving": row.state in (ImportState.SENDING, ImportState.READING, ImportState.ADDING),
        "has_ended": row.state in (ImportState.DONE, ImportState.FAILED),
    }
