"""The OCI distribution protocol at /v2/. Knows tokens and no cookies.

https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md. What is not for someone looks as if it were
not there; a visitor is asked for a token for either.
"""

from __future__ import annotations

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from forge.accounts.permissions import Verb
from forge.core.audit.denials import record_denial
from forge.core.database.away import is_database_away
from forge.core.database.full_disk import is_full_disk
from forge.core.errors import AddressChanged, DatabaseAway, DiskFull, DomainError, Gone, SignInNeeded
from forge.core.http.asgi.streamed_bodies import BodyStopped
from forge.core.http.policies import NOT_A_PAGE
from forge.projects.access import find_project, unpublished_error
from forge.projects.models import Project
from forge.registry.distribution.protocol.addresses import Address, AddressTarget, parse_address
from forge.registry.distribution.protocol.callers import Caller, caller_of
from forge.registry.distribution.protocol.reading import answer_reading
from forge.registry.distribution.protocol.refusals import Refusal, refusal_of, refusal_of_status, refusal_response
from forge.registry.distribution.protocol.sign_in import challenge, pass_response
from forge.registry.distribution.protocol.writing import answer_writing

COMMON_HEADERS = {
    "Docker-Distribution-Api-Version": "registry/2.0",
    "Content-Security-Policy": NOT_A_PAGE,
    "X-Content-Type-Options": "nosniff",
}


@csrf_exempt
def distribution(request: HttpRequest, rest: str = "") -> HttpResponseBase:
    """Everything below /v2/."""
    address = parse_address(rest)
    try:
        response = _answer(request, rest, address)
    except Refusal as refusal:
        response = _refuse(request, address, refusal)
    except BodyStopped as error:
        response = _refuse(request, address, refusal_of_status(error.status, str(error)))
    except (OSError, DatabaseError) as error:
        response = _refuse(request, address, _unavailable(error))
    for name, value in COMMON_HEADERS.items():
        response.headers[name] = value
    return response


def _refuse(request: HttpRequest, address: Address | None, refusal: Refusal) -> HttpResponse:
    scope = "" if address is None else f"repository:{address.name}:{_actions(request)}"
    return refusal_response(refusal, challenge(request, scope))


def _unavailable(error: Exception) -> Refusal:
    """Maps a full disk or an absent database to the protocol's error. Raises any other error again."""
    if is_full_disk(error):
        return refusal_of(DiskFull())
    if is_database_away(error):
        return refusal_of(DatabaseAway())
    raise error


def _answer(request: HttpRequest, rest: str, address: Address | None) -> HttpResponseBase:
    if rest == "token":
        if request.method != "GET":
            raise Refusal(405, "UNSUPPORTED", "Request a pass with GET.", {"Allow": "GET"})
        return pass_response(request)
    caller = caller_of(request)
    if not rest:
        if not caller.principal.is_authenticated:
            raise Refusal(401, "UNAUTHORIZED", "Sign in with any user name and a token as the password.")
        return JsonResponse({})
    if address is None:
        raise Refusal(404, "UNSUPPORTED", "This address is not part of the registry protocol.")
    for action in _actions(request).split(","):
        if not caller.may(action, address.name):
            raise Refusal(401, "UNAUTHORIZED", f"This sign-in may not {action} here. Sign in again.")
    is_reading = request.method in ("GET", "HEAD") and address.target != AddressTarget.UPLOADS
    if not is_reading:
        caller.require_push()
    try:
        project = _project(caller, address)
        if is_reading:
            return answer_reading(request, caller.principal, project, address)
        if address.block:
            raise Refusal(
                405,
                "UNSUPPORTED",
                "Blocks are not pushed. Publish one with `rune block publish`.",
                {"Allow": "GET, HEAD"},
            )
        return answer_writing(request, caller, project, address)
    except AddressChanged as error:
        tail = rest.split("/", 2)[2]
        query = f"?{request.META['QUERY_STRING']}" if request.META.get("QUERY_STRING") else ""
        return HttpResponse(status=307, headers={"Location": f"/v2{error.location}/{tail}{query}"})
    except SignInNeeded as error:
        raise Refusal(401, "UNAUTHORIZED", "Sign in to do this, if the repository exists.") from error
    except Gone as error:
        raise Refusal(403, "DENIED", error.detail) from error
    except DomainError as error:
        record_denial(error)
        raise refusal_of(error) from error


def _project(caller: Caller, address: Address) -> Project:
    """The project of a repository, for anybody who sees it; acts ask for more."""
    project = find_project(caller.principal, address.organisation, address.project, Verb.SEE)
    if project.taken_down is not None:
        raise unpublished_error(project)  # its own people pull from their builds
    return project


def _actions(request: HttpRequest) -> str:
    """Returns the actions that a pass needs, by the protocol's names."""
    match request.method:
        case "GET" | "HEAD":
            return "pull"
        case "DELETE":
            return "delete"
    return "pull,push"
