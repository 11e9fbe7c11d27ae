"""The audit log as a file: CSV or JSON, streamed, so that its length costs no memory."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.db.models import Q, QuerySet
from django.http import StreamingHttpResponse

from forge.accounts.audit.sentences import RenderedEntry, render_entries
from forge.accounts.audit.serializers import entry_to_json
from forge.core.api.json_types import utc_timestamp
from forge.core.errors import Invalid
from forge.core.http.blob_responses import as_foreign
from forge.core.http.streaming import in_threads
from forge.core.models import AuditEntry

BATCH = 500
"""Entries that are held at once."""

COLUMNS = ("time", "person", "by", "action", "sentence", "project", "address", "subject", "data")


class ExportFormat(StrEnum):
    """The formats of an exported file."""

    CSV = "csv"
    JSON = "json"


_TYPES = {ExportFormat.CSV: "text/csv; charset=utf-8", ExportFormat.JSON: "application/json"}


def checked_format(text: str) -> ExportFormat:
    """The format of this name. Raises `Invalid`."""
    if text not in set(ExportFormat):
        raise Invalid("The format must be csv or json.", errors={"format": ["csv or json"]})
    return ExportFormat(text)


def export_response(
    request: Any, entries: QuerySet[AuditEntry], kind: ExportFormat, filename: str
) -> StreamingHttpResponse:
    """Entries as a download. The caller has checked that they may be read."""
    pieces = export(entries, kind)
    is_async = isinstance(getattr(request, "_request", request), ASGIRequest)
    content = in_threads(pieces) if is_async else pieces
    return as_foreign(StreamingHttpResponse(content, content_type=_TYPES[kind]), filename=f"{filename}.{kind}")


def export(entries: QuerySet[AuditEntry], kind: ExportFormat) -> Iterator[str]:
    """The pieces of a file of entries, the newest first."""
    write: Callable[[Iterator[list[RenderedEntry]]], Iterator[str]] = _csv if kind is ExportFormat.CSV else _json
    return write(batches(entries))


def batches(entries: QuerySet[AuditEntry], size: int = BATCH) -> Iterator[list[RenderedEntry]]:
    """The entries, the newest first, so many at a time. Each batch is a query of its own: none stays open."""
    left = entries.order_by("-at", "-pk")
    batch = list(left[:size])
    while batch:
        yield render_entries(batch)
        last = batch[-1]
        batch = list(left.filter(Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk))[:size])


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection): a quote goes before what could be one."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text


def _csv(batches: Iterator[list[RenderedEntry]]) -> Iterator[str]:
    yield _rows([COLUMNS])
    for batch in batches:
        yield _rows([_row(entry) for entry in batch])


def _row(rendered_entry: RenderedEntry) -> tuple[str, ...]:
    entry = rendered_entry.entry
    return (
        utc_timestamp(entry.at),
        rendered_entry.who,
        rendered_entry.by,
        entry.action,
        rendered_entry.sentence,
        rendered_entry.project.name if rendered_entry.project else "",
        str(entry.data.get("address", "")),
        entry.subject,
        json.dumps(entry.data, ensure_ascii=False, sort_keys=True),
    )


def _rows(rows: list[tuple[str, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue()


def _json(batches: Iterator[list[RenderedEntry]]) -> Iterator[str]:
    before = "[\n"
    for batch in batches:
        yield before + ",\n".join(json.dumps(entry_to_json(entry), ensure_ascii=False) for entry in batch)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"
