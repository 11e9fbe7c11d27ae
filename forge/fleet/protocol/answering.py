"""Answers at each address of the device protocol: messages as JSON, and refusals as problems with a name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse

from forge.core.api.problems import MEDIA_TYPE, problem, status_of
from forge.core.database.away import is_database_away
from forge.core.database.full_disk import is_full_disk
from forge.core.errors import DatabaseAway, DiskFull, DomainError
from forge.fleet.protocol.refusals import (
    ADDRESS_UNKNOWN,
    JOIN_REFUSED,
    MESSAGE_WRONG,
    METHOD_REFUSED,
    SERVER_BUSY,
    DeviceRefusal,
    DeviceRefusalKind,
)
from hmrd.protocol.reading import BadDeviceMessage, written

Answer = Callable[[HttpRequest], HttpResponse]
RETRY_SECONDS = 60
"""The time after which a device tries again that asked too often, or that found the server busy."""


def device_response(request: HttpRequest, answers: Mapping[str, Answer] | None) -> HttpResponse:
    """Answers a request to an address that has these methods; None for one that the protocol has not."""
    try:
        if answers is None:
            raise DeviceRefusal(ADDRESS_UNKNOWN)
        if (answer := answers.get(request.method or "")) is None:
            raise DeviceRefusal(METHOD_REFUSED)
        response = answer(request)
    except DeviceRefusal as refusal:
        response = _refused(refusal)
    except BadDeviceMessage as error:
        response = _refused(DeviceRefusal(MESSAGE_WRONG, str(error)))
    except DomainError as error:
        response = _refused_by(error)
    except (OSError, DatabaseError) as error:
        response = _refused_by(_unavailable(error))
    if answers is not None and response.status_code == METHOD_REFUSED.status:
        response.headers["Allow"] = ", ".join(answers)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def message_response(message: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """Returns a message of the protocol as JSON."""
    return HttpResponse(written(message), status=status, content_type="application/json")


def done_response() -> HttpResponse:
    """Returns the answer to what was done, and needs no words."""
    response = HttpResponse(status=204)
    # Django names a type also where there is no content, and a device takes a page for the login of a network.
    del response.headers["Content-Type"]
    return response


def _refused(refusal: DeviceRefusal, status: int | None = None) -> HttpResponse:
    kind = refusal.kind
    body = problem(status or kind.status, kind.title, refusal.detail, name=kind.name) | refusal.extra
    response = JsonResponse(body, status=status or kind.status, content_type=MEDIA_TYPE)
    if response.status_code in (429, 503):
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _refused_by(error: DomainError) -> HttpResponse:
    """Returns the refusal of an act, such as a quota that is reached."""
    status = status_of(error)
    kind: DeviceRefusalKind = SERVER_BUSY if status >= 500 else JOIN_REFUSED
    return _refused(DeviceRefusal(kind, error.detail), status)


def _unavailable(error: Exception) -> DomainError:
    """Returns the error of a full disk or of an absent database. Raises any other error again."""
    if is_full_disk(error):
        return DiskFull()
    if is_database_away(error):
        return DatabaseAway()
    raise error
