"""The page that changes labels by a table (CSV): it shows what changes, and a second press stores all of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from forge.accounts.access import find_organisation
from forge.accounts.models import Organisation
from forge.accounts.organisation_tabs import tabs_of
from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.core.errors import Conflict, DomainError, Invalid, NotFound, Unprocessable
from forge.core.http.pages import for_person, show_again
from forge.fleet.bulk.actions import import_labels
from forge.fleet.bulk.label_table import BadTable
from forge.fleet.bulk.storing import LabelledDevice
from rune.wording import size_text

LARGEST_FILE: Final = 1_000_000
"""Bytes of a table that the page takes: it is sent twice, the second time as a field of the form."""
SHOWN: Final = 100
"""Devices of a preview."""
EXAMPLE: Final = "name,labels\ngate-7,site=berlin,line=3\ngate-8,site=hamburg,line=\n"


@for_person
@require_http_methods(["GET", "POST"])
def labels_page(request: HttpRequest, organisation: str) -> HttpResponse:
    """Returns the format and a form for a table. POST shows what a table changes, or stores it."""
    owner = find_organisation(principal_of(request), organisation, Verb.CHANGE_DEVICES)
    if request.method == "GET":
        return render(request, "fleet/labels.html", _context(request, owner))
    try:
        match request.POST.get("do"):
            case "preview":
                return _preview(request, owner, _text_of(request.FILES.get("file")))
            case "store":
                return _store(request, owner, request.POST.get("table", ""))
    except (Invalid, Unprocessable) as error:
        return show_again(request, "fleet/labels.html", _context(request, owner), error)
    raise NotFound("This form has no such button.")


def _context(request: HttpRequest, owner: Organisation) -> dict[str, Any]:
    query = request.GET.get("q", "")
    address = f"/api/v1/organisations/{owner.name}/device-labels"
    return tabs_of(principal_of(request), owner) | {
        "example": EXAMPLE,
        "query": query,
        "table_url": f"{address}?{urlencode({'q': query})}" if query else address,
    }


def _preview(request: HttpRequest, owner: Organisation, table: str, error: DomainError | None = None) -> HttpResponse:
    """Shows what a table changes, with the button that stores it."""
    devices = import_labels(principal_of(request), owner, table, preview=True)
    context = _context(request, owner) | {
        "is_preview": True,
        "table": table,
        "count": len(devices),
        "changes": [(each.name, _change_texts(each)) for each in sorted(devices, key=lambda each: each.name)[:SHOWN]],
        "rest": max(0, len(devices) - SHOWN),
    }
    if error is not None:
        return show_again(request, "fleet/labels.html", context, error)
    return render(request, "fleet/labels.html", context)


def _store(request: HttpRequest, owner: Organisation, table: str) -> HttpResponse:
    """Stores a table that was shown. If it changes another number of devices by now, it is shown again."""
    try:
        devices = import_labels(principal_of(request), owner, table, _count(request.POST.get("count", "")))
    except Conflict as error:
        return _preview(request, owner, table, error)
    return redirect(f"/{owner.name}/devices?labelled={len(devices)}")


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _text_of(file: object) -> str:
    """Returns the text of an uploaded table. Raises `Invalid`, and `BadTable` with the line that is not text."""
    if not isinstance(file, UploadedFile) or not file.size:
        raise _bad_file("Choose a CSV file that is not empty.")
    if file.size > LARGEST_FILE:
        raise _bad_file(
            f"The file has {size_text(file.size)}; this page takes at most {size_text(LARGEST_FILE)}. Split it, or "
            "send it by the API."
        )
    data: bytes = file.read()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadTable([f"Line {line}: this is not UTF-8. Save the table as CSV in UTF-8."]) from None
    before, nul, _ = text.partition("\0")
    if nul:
        line = before.count("\n") + 1
        raise BadTable([f"Line {line}: this is not text. Save the table as CSV in UTF-8."])
    return text


def _bad_file(message: str) -> Invalid:
    return Invalid(message, errors={"file": [message]})


def _change_texts(device: LabelledDevice) -> Sequence[str]:
    """Returns each change of a device's labels in words."""
    keys = sorted(key for key in {*device.before, *device.after} if device.before.get(key) != device.after.get(key))
    return [_change_text(key, device.before.get(key), device.after.get(key)) for key in keys]


def _change_text(key: str, before: str | None, after: str | None) -> str:
    if before is None:
        return f"{key}={after} is added"
    return f"{key}={before} is removed" if after is None else f"{key}={before} becomes {key}={after}"
