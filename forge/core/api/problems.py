"""Errors as application/problem+json (RFC 9457). Only this module maps errors to HTTP statuses."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, NotRequired, TypedDict

from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from forge.core import errors
from forge.core.audit.denials import record_denial
from forge.core.database.away import is_database_away
from forge.core.database.full_disk import is_full_disk
from forge.core.observability.log_context import request_id

MEDIA_TYPE = "application/problem+json"


class ProblemJson(TypedDict):
    """An error after RFC 9457. `errors` has the messages by field, or by file of an archive."""

    type: str
    title: str
    status: int
    detail: str
    request_id: NotRequired[Annotated[str, "of `X-Request-Id`: name it to the operator"]]
    errors: NotRequired[dict[str, list[str]]]
    offset: NotRequired[Annotated[int | None, "the byte of a file at which it cannot be read"]]
    reason: NotRequired[Annotated[str, "why a file is refused"]]
    count: NotRequired[Annotated[int, "how many files of an archive are there already, or how many devices match now"]]
    start: NotRequired[Annotated[int, "the place in a query of devices at which a wrong part begins"]]
    end: NotRequired[Annotated[int, "the place at which it ends"]]
    paths: NotRequired[Annotated[list[str], "the first of these files"]]
    limit: NotRequired[Annotated[int, "the most bytes that are taken"]]
    location: NotRequired[Annotated[str, "the present address of what was renamed, as in the header"]]
    missing: NotRequired[Annotated[list[str], "what a protected tag demands and a build lacks, in sentences"]]
    confirm: NotRequired[Annotated[str, "the page on which the person proves who they are"]]
    error: NotRequired[Annotated[str, "the error of a device's sign-in in the words of RFC 8628"]]


_STATUSES: tuple[tuple[type[errors.DomainError], HTTPStatus], ...] = (
    (errors.AddressChanged, HTTPStatus.TEMPORARY_REDIRECT),
    (errors.Unprocessable, HTTPStatus.UNPROCESSABLE_ENTITY),
    (errors.Invalid, HTTPStatus.BAD_REQUEST),
    (errors.NotFound, HTTPStatus.NOT_FOUND),
    (errors.Gone, HTTPStatus.GONE),
    (errors.Forbidden, HTTPStatus.FORBIDDEN),
    (errors.SignInNeeded, HTTPStatus.UNAUTHORIZED),
    (errors.Conflict, HTTPStatus.CONFLICT),
    (errors.Stale, HTTPStatus.PRECONDITION_FAILED),
    (errors.PreconditionRequired, HTTPStatus.PRECONDITION_REQUIRED),
    (errors.TooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (errors.NoRoom, HTTPStatus.INSUFFICIENT_STORAGE),
    (errors.QuotaReached, HTTPStatus.FORBIDDEN),
    (errors.TooOften, HTTPStatus.TOO_MANY_REQUESTS),
    (errors.Busy, HTTPStatus.SERVICE_UNAVAILABLE),
    (errors.BytesDamaged, HTTPStatus.INTERNAL_SERVER_ERROR),
    (errors.DomainError, HTTPStatus.BAD_REQUEST),
)


def status_of(error: errors.DomainError) -> HTTPStatus:
    """The HTTP status of a domain error."""
    return status_of_kind(type(error))


def status_of_kind(kind: type[errors.DomainError]) -> HTTPStatus:
    """The HTTP status of errors of a kind."""
    return next(status for error_kind, status in _STATUSES if issubclass(kind, error_kind))


def problem(
    status: int, title: str, detail: str, error_lists: Mapping[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """A problem's body. `error_lists` holds what is wrong by field; `more` goes in beside the members of the RFC."""
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": int(status), "detail": detail, **more}
    if request := request_id.get():
        body["request_id"] = request
    if error_lists:
        body["errors"] = dict(error_lists)
    return body


def problem_json(status: int, title: str, detail: str, **more: Any) -> JsonResponse:
    """A problem as an answer of a view that is not REST framework's."""
    return JsonResponse(problem(status, title, detail, **more), status=status, content_type=MEDIA_TYPE)


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """REST framework's exception handler. Unexpected errors are left to Django, which logs them."""
    headers: dict[str, str] = {}
    if is_full_disk(error):
        error = errors.DiskFull()
    elif is_database_away(error):
        error = errors.DatabaseAway()
    if isinstance(error, errors.DomainError):
        status = status_of(error)
        record_denial(error)
        body = problem(status, error.title, error.detail, error.errors, **error.extra)
        if isinstance(error, errors.AddressChanged):
            headers["Location"] = error.location
        if isinstance(error, errors.Busy):
            headers["Retry-After"] = "1"
        if isinstance(error, errors.TooOften):
            headers["Retry-After"] = str(error.retry_after)
        if isinstance(error, errors.SignInNeeded):
            headers["WWW-Authenticate"] = "Bearer"
    elif isinstance(error, Http404):
        body = problem(404, errors.NotFound.title, errors.NotFound.DETAIL)
    elif isinstance(error, PermissionDenied):
        body = problem(403, errors.Forbidden.title, str(error) or "You may not do this.")
    elif isinstance(error, exceptions.ValidationError):
        body = problem(400, errors.Invalid.title, _first(error.detail), _by_field(error.detail))
    elif isinstance(error, exceptions.APIException):
        title = HTTPStatus(error.status_code).phrase
        body = problem(error.status_code, title, _first(error.detail))
        wait = getattr(error, "wait", None)
        if wait is not None:
            headers["Retry-After"] = str(int(wait) + 1)
        header = getattr(error, "auth_header", None)
        if header:
            headers["WWW-Authenticate"] = header
    else:
        return None
    set_rollback()
    return Response(body, status=body["status"], headers=headers, content_type=MEDIA_TYPE)


def _by_field(detail: Any) -> dict[str, list[str]]:
    if isinstance(detail, Mapping):
        return {str(field): [_first(messages)] for field, messages in detail.items()}
    return {"": [_first(detail)]}


def _first(detail: Any) -> str:
    while isinstance(detail, Mapping | list | tuple) and detail:
        detail = next(iter(detail.values() if isinstance(detail, Mapping) else detail))
    return str(detail)
