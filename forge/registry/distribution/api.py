"""The pull side of the OCI distribution protocol at /v2/. Knows tokens and no cookies.

https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md. What is not for someone looks as if it were
not there; a visitor is asked for a token for either.
"""

from __future__ import annotations

import re
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from forge.accounts.permissions import Verb
from forge.accounts.principals import Principal
from forge.core.audit.denials import record_denial
from forge.core.blobs.responses import part_response
from forge.core.database.code_points import by_code_point
from forge.core.errors import DomainError, Gone, Moved, SignInNeeded
from forge.projects.access import find_project, unpublished_error
from forge.registry.access import advice_on, find_blob, find_manifest, find_repository, is_rune
from forge.registry.actions import note_block_pull, note_pull
from forge.registry.blocks.access import find_published
from forge.registry.distribution.bearer import NotAToken, puller_of
from forge.registry.distribution.manifests import is_digest, quoted_for_header
from forge.registry.models import Repository
from forge.registry.use import counting

PAGE = 100
"""Tags of one answer unless the client asks for fewer, or for more up to the largest page."""
LARGEST_PAGE = 1_000

_ADDRESS = re.compile(
    r"(?P<organisation>[^/]+)/(?P<name>[^/]+)/(?:blocks/(?P<block>[^/]+)/)?"
    r"(?:(?P<tags>tags/list)|(?P<kind>manifests|blobs)/(?P<version>[^/]+))"
)

COMMON_HEADERS = {
    "Docker-Distribution-Api-Version": "registry/2.0",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


class Refusal(Exception):
    """An error in the protocol's own words."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@csrf_exempt
def distribution(request: HttpRequest, rest: str = "") -> HttpResponseBase:
    """Everything below /v2/."""
    try:
        response = _answer(request, rest)
    except Refusal as refusal:
        response = _refusal_response(refusal)
    for name, value in COMMON_HEADERS.items():
        response.headers[name] = value
    return response


def _answer(request: HttpRequest, rest: str) -> HttpResponseBase:
    try:
        puller = puller_of(request)
    except NotAToken as error:
        raise Refusal(401, "UNAUTHORIZED", str(error)) from error
    if request.method not in ("GET", "HEAD"):
        raise Refusal(405, "UNSUPPORTED", "This registry is read-only here. Publish from a build's page.")
    if not rest:
        if not puller.is_authenticated:
            raise Refusal(401, "UNAUTHORIZED", "Sign in with any user name and a token as the password.")
        return JsonResponse({})
    match = _ADDRESS.fullmatch(rest)
    if match is None:
        raise Refusal(404, "UNSUPPORTED", "This address is not part of the registry protocol.")
    try:
        project = find_project(puller, match["organisation"], match["name"], Verb.SEE)
        if project.taken_down is not None:
            raise unpublished_error(project)  # its own people pull from their builds
        repository = find_repository(project)
    except Moved as moved:
        tail = rest.split("/", 2)[2]
        query = f"?{request.META['QUERY_STRING']}" if request.META.get("QUERY_STRING") else ""
        return HttpResponse(status=307, headers={"Location": f"/v2{moved.location}/{tail}{query}"})
    except SignInNeeded as error:
        raise Refusal(401, "UNAUTHORIZED", "Sign in to pull this, if it exists.") from error
    except Gone as error:
        raise Refusal(403, "DENIED", error.detail) from error
    except DomainError as error:
        record_denial(error)
        raise Refusal(404, "NAME_UNKNOWN", "The repository was not found, or you have no access to it.") from error
    if match["block"]:
        return _of_block(request, puller, repository, match)
    if match["tags"]:
        tags = repository.tags.filter(withdrawn=None).annotate(place=by_code_point("name"))
        return _tags(request, tags, f"{match['organisation']}/{match['name']}")
    if match["kind"] == "manifests":
        return _manifest(request, repository, match["version"])
    response = _blob(request, repository, match["version"])
    if request.method == "GET" and response.status_code < 300 and is_rune(match["version"]):
        note_pull(puller, project, match["version"])
        counting.note(repository.pk, request.META.get("REMOTE_ADDR", ""))
    return response


def _of_block(
    request: HttpRequest, puller: Principal, repository: Repository, match: re.Match[str]
) -> HttpResponseBase:
    """A block's versions are the tags of a repository of its own, below its project's."""
    name, version = match["block"], match["version"]
    versions = repository.blocks.filter(name=name)
    if not versions.exists():
        raise Refusal(404, "NAME_UNKNOWN", "The repository was not found, or you have no access to it.")
    if match["tags"]:
        tags = versions.listed().annotate(place=by_code_point("version"))
        return _tags(request, tags, f"{match['organisation']}/{match['name']}/blocks/{name}", "version")
    if match["kind"] == "blobs":
        return _blob(request, repository, version)
    block = find_published(repository, name, version)
    if block is None:
        withdrawn = versions.filter(version=version).exclude(withdrawn=None).first()
        reason = "" if withdrawn is None else f"{withdrawn} was withdrawn: {withdrawn.withdrawal}"
        raise Refusal(404, "MANIFEST_UNKNOWN", reason or f"There is no manifest {version}.")
    manifest = block.manifest
    response = _stored(request, manifest.blob_id, manifest.blob.size, manifest.media_type, "manifest.json")
    response.headers["Cache-Control"] = "private, no-cache"
    if block.objection:
        advice = f"{name} {block.version}{'' if block.is_withdrawn else ' is deprecated'}: {block.advice}"
        response.headers["Warning"] = f'299 - "{quoted_for_header(advice)}"'
    if request.method == "GET":
        note_block_pull(puller, repository.project, name, manifest.blob_id)
    return response


def _manifest(request: HttpRequest, repository: Repository, version: str) -> HttpResponseBase:
    manifest = find_manifest(repository, version)
    if manifest is None:
        withdrawn = "" if is_digest(version) else advice_on(repository, version)
        raise Refusal(404, "MANIFEST_UNKNOWN", withdrawn or f"There is no manifest {version}.")
    response = _stored(request, manifest.blob_id, manifest.blob.size, manifest.media_type, "manifest.json")
    response.headers["Cache-Control"] = "private, no-cache"
    if advice := advice_on(repository, version):
        # The protocol's own way to say something beside an answer: clients show it to their user.
        response.headers["Warning"] = f'299 - "{quoted_for_header(advice)}"'
    return response


def _blob(request: HttpRequest, repository: Repository, version: str) -> HttpResponseBase:
    if not is_digest(version):
        raise Refusal(400, "DIGEST_INVALID", "A digest is sha256: and 64 lower-case hexadecimal digits.")
    link = find_blob(repository, version)
    if link is None:
        raise Refusal(404, "BLOB_UNKNOWN", f"There is no blob {version} in this repository.")
    # A stored type could be one that a browser opens; clients take the type from the manifest.
    response = _stored(request, link.blob_id, link.blob.size, "application/octet-stream", version.partition(":")[2])
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def _stored(request: HttpRequest, digest: str, size: int, media_type: str, filename: str) -> HttpResponseBase:
    """Stored bytes, whole or the part that was asked for; without them for HEAD."""
    response = part_response(request, digest, size, filename=filename, content_type=media_type)
    response.headers["Docker-Content-Digest"] = digest
    return response


def _tags(request: HttpRequest, tags: QuerySet[Any], full_name: str, field: str = "name") -> HttpResponseBase:
    """`tags` are rows with their `place` among them."""
    count = request.GET.get("n", str(PAGE))
    if not (count.isdecimal() and len(count) < 9):
        raise Refusal(400, "PAGINATION_NUMBER_INVALID", "n is a whole number.")
    size = min(int(count), LARGEST_PAGE)
    last = request.GET.get("last", "")
    # The protocol has no order of its own, but clients compare names by their bytes.
    after = tags.filter(place__gt=last).order_by("place")
    names = list(after.values_list(field, flat=True)[: size + 1])
    page = names[:size]
    response = JsonResponse({"name": full_name, "tags": page})
    if page and len(names) > len(page):
        response.headers["Link"] = f'</v2/{full_name}/tags/list?n={size}&last={page[-1]}>; rel="next"'
    return response


def _refusal_response(refusal: Refusal) -> HttpResponse:
    response = JsonResponse({"errors": [{"code": refusal.code, "message": refusal.message}]}, status=refusal.status)
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="Hammer Forge", charset="UTF-8"'
    if refusal.status == 405:
        response.headers["Allow"] = "GET, HEAD"
    return response
