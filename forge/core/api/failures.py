"""Returns the error statuses of an API operation: from its parameters and body, and from the errors of its view."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from rest_framework.views import APIView

from forge.core.api.problems import status_of_kind
from forge.core.errors import DomainError, NotFound

_WRITES = frozenset({"post", "put", "patch", "delete"})
_ALWAYS = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.NOT_ACCEPTABLE,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.SERVICE_UNAVAILABLE,
    }
)
"""Statuses that any request can get: for unknown parameters, from the request limits, and where the server fails."""
_REASONS: Mapping[HTTPStatus, str] = {
    HTTPStatus.TEMPORARY_REDIRECT: "It was renamed; `Location` has its new address.",
    HTTPStatus.BAD_REQUEST: "The request is invalid.",
    HTTPStatus.UNAUTHORIZED: "Nobody is signed in, or the token is invalid or has expired.",
    HTTPStatus.FORBIDDEN: "You, or your token, may not do this, or a quota is reached.",
    HTTPStatus.NOT_FOUND: NotFound.DETAIL,
    HTTPStatus.NOT_ACCEPTABLE: "The requested media type is not available.",
    HTTPStatus.REQUEST_TIMEOUT: "The body came too slowly.",
    HTTPStatus.CONFLICT: "The request conflicts with the current state.",
    HTTPStatus.GONE: "Its public page was taken down by the operator of this server.",
    HTTPStatus.PRECONDITION_FAILED: "It has changed since you read it.",
    HTTPStatus.PRECONDITION_REQUIRED: "`If-Match` is missing: it names the state that you read.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than the limit.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "A body of this media type is not accepted.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "The request is well formed, but its contents are refused.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests; `Retry-After` says how long to wait.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The server failed, or stored bytes are damaged; the log has the reason.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The server is overloaded; `Retry-After` says how long to wait.",
    HTTPStatus.INSUFFICIENT_STORAGE: "There is not enough storage.",
}


def failures(view: APIView, method: str, *, takes_parameters: bool, takes_body: bool) -> list[HTTPStatus]:
    """The statuses of refusals, in order. `method` is in small letters."""
    statuses = set(_ALWAYS)
    if view.authentication_classes:
        statuses |= {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
    if takes_parameters or takes_body:
        statuses.add(HTTPStatus.NOT_FOUND)
    if takes_body:
        statuses |= {
            HTTPStatus.REQUEST_TIMEOUT,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        }
    if method in _WRITES:
        statuses.add(HTTPStatus.INSUFFICIENT_STORAGE)
    return sorted(statuses | {status_of_kind(kind) for kind in declared_errors(type(view), method)})


def declared_errors(view: type[Any], method: str) -> set[type[DomainError]]:
    """The errors that a view and its base classes declare for a method."""
    tables = [vars(base)["raises"] for base in view.__mro__ if "raises" in vars(base)]
    return {kind for table in tables for key in ("", method) for kind in table.get(key, ())}


def reason(status: HTTPStatus) -> str:
    """Returns the meaning of a refusal's status, in one sentence."""
    return _REASONS[status]
