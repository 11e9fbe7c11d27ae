"""Requests and jobs that ended, for the traces of operators. Nobody listens unless a collector is named.

A span says what kind of thing was done, how it ended and how long it took: no name of a person, project or device, no
address and no text that somebody wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum

from forge.core.hooks import Hook


class SpanAttribute(StrEnum):
    """All that spans say, by the names of OpenTelemetry where it has one."""

    METHOD = "http.request.method"
    ROUTE = "http.route"
    STATUS = "http.response.status_code"
    ERROR = "error.type"
    JOB = "forge.job.kind"


@dataclass(frozen=True)
class EndedSpan:
    """A request or a job that ended. Times are nanoseconds since 1970."""

    name: str
    begin: int
    end: int
    attributes: Mapping[SpanAttribute, str | int]
    is_error: bool = False
    parent: str = ""
    """The `traceparent` of the request, which W3C's Trace Context describes; "" without one."""


span_ended: Hook[[EndedSpan], None] = Hook()
"""A request or a job ended. Functions only take it down: a request waits for them."""


class RouteNote:
    """The pattern of the address of one request, once it is known."""

    pattern = ""


route_note: ContextVar[RouteNote | None] = ContextVar("route_note", default=None)
"""The note of the request that is being answered."""


def note_route(pattern: str) -> None:
    """Notes the pattern of the request that is being answered, such as `<organisation>/<project>/builds`."""
    note = route_note.get()
    if note is not None:
        note.pattern = pattern


def request_span(method: str, note: RouteNote, status: int, begin: int, end: int, parent: str) -> EndedSpan:
    """Returns the span of a request; `status` is 0 where nothing was answered."""
    attributes: dict[SpanAttribute, str | int] = {SpanAttribute.METHOD: method}
    if note.pattern:
        attributes[SpanAttribute.ROUTE] = f"/{note.pattern}"
    if status:
        attributes[SpanAttribute.STATUS] = status
    name = " ".join([method, *([f"/{note.pattern}"] if note.pattern else [])])
    return EndedSpan(name, begin, end, attributes, is_error=status >= 500, parent=parent)


def job_span(kind: str, begin: int, end: int, error: str = "", *, is_error: bool = False) -> EndedSpan:
    """Returns the span of an attempt at a job. `error` is the type of what it raised."""
    attributes: dict[SpanAttribute, str | int] = {SpanAttribute.JOB: kind}
    if error:
        attributes[SpanAttribute.ERROR] = error
    return EndedSpan(f"job {kind}", begin, end, attributes, is_error)
