"""The statuses with which an operation of the API refuses: by what it takes, and by errors that its view declares."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from rest_framework.views import APIView

from forge.core.api.problems import status_of_kind
from forge.core.errors import DomainError

_WRITES = frozenset({"post", "put", "patch", "delete"})
_ALWAYS = frozenset(
    {
        HTTPStatus.NOT_ACCEPTABLE,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.SERVICE_UNAVAILABLE,
    }
)
"""What any request can meet: the front door limits those that are under way, and a server can fail."""
_REASONS: Mapping[HTTPStatus, str] = {
    HTTPStatus.TEMPORARY_REDIRECT: "It was renamed; `Location` says its new address.",
    HTTPStatus.BAD_REQUEST: "What was sent cannot be understood or used.",
    HTTPStatus.UNAUTHORIZED: "Nobody is signed in, or the token is invalid or has expired.",
    HTTPStatus.FORBIDDEN: "You, or your token, may not do this, or a quota is reached.",
    HTTPStatus.NOT_FOUND: "It does not exist, or you have no access to it.",
    HTTPStatus.NOT_ACCEPTABLE: "No answer of the wanted type can be given.",
    HTTPStatus.REQUEST_TIMEOUT: "The body came too slowly.",
    HTTPStatus.CONFLICT: "It cannot be done in the present state.",
    HTTPStatus.GONE: "Its public page was taken down by the operator of this server.",
    HTTPStatus.PRECONDITION_FAILED: "It has changed since you read it.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "More bytes than the limit.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "A body of this type is not taken.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "It is well formed, but its contents are refused.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests; `Retry-After` says how long to wait.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The server failed, or stored bytes are damaged; the log has the reason.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Too much is waiting; `Retry-After` says how long to wait.",
    HTTPStatus.INSUFFICIENT_STORAGE: "There is no room to store it.",
}


def failures(view: APIView, method: str, *, takes_parameters: bool, takes_body: bool) -> list[HTTPStatus]:
    """The statuses of refusals, in order. `method` is in small letters."""
    statuses = set(_ALWAYS)
    if view.authentication_classes:
        statuses |= {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
    if takes_parameters or takes_body:
        statuses |= {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND}
    if takes_body:
        statuses |= {
            HTTPStatus.REQUEST_TIMEOUT,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        }
    if method in _WRITES:
        statuses.add(HTTPStatus.INSUFFICIENT_STORAGE)
    return sorted(statuses | {status_of_kind(kind) for kind in declared(type(view), method)})


def declared(view: type[Any], method: str) -> set[type[DomainError]]:
    """The errors that a view and its base classes declare for a method."""
    tables = [vars(base)["raises"] for base in view.__mro__ if "raises" in vars(base)]
    return {kind for table in tables for key in ("", method) for kind in table.get(key, ())}


def reason(status: HTTPStatus) -> str:
    """What a status of a refusal means, in one sentence."""
    return _REASONS[status]
