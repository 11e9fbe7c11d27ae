"""Answers to apps: the bytes of a rune, refusals with a name, and which pages may read an answer."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from forge.core.blobs.store import read_blob
from forge.core.http.blob_responses import as_foreign, part_response
from forge.core.http.compression import COMPRESSED_UP_TO, accepts_gzip, gzipped
from forge.deployments.models import Deployment, Release
from forge.deployments.serving.calls import counter
from forge.deployments.serving.refusals import DOCUMENT_UNKNOWN, ServingRefusal

FOR_EVER = "public, max-age=31536000, immutable"
FOR_ONE_APP = "private, max-age=31536000, immutable"
"""Nothing in between stores an answer to one key."""
WASM = "application/wasm"
_EXPOSED_HEADERS = ("ETag", "Content-Length", "Content-Range", "Retry-After")


def allow_methods(methods: str, headers: str) -> HttpResponse:
    """Returns the answer to a browser that asks whether a page may send such requests with such headers."""
    response = HttpResponse(status=204)
    response.headers["Access-Control-Allow-Methods"] = methods
    response.headers["Access-Control-Allow-Headers"] = headers
    response.headers["Access-Control-Max-Age"] = "7200"
    return response


def rune_response(request: HttpRequest, release: Release) -> HttpResponseBase:
    """Returns the bytes of a release's rune: whole, compressed, in parts, or 304 where the app has them."""
    rune, filename = release.rune, f"{release.version}.rune"
    known_etags = parse_etags(request.headers.get("If-None-Match", ""))
    if same := [etag for etag in known_etags if etag in (f'"{rune}"', f'"{rune}-gzip"')]:
        response: HttpResponseBase = HttpResponse(status=304, headers={"ETag": same[0]})
    elif request.method == "GET" and not request.headers.get("Range") and _is_compressed(request, release):
        response = as_foreign(gzipped(read_blob(rune), WASM), filename=filename, digest=rune)
        response.headers["ETag"] = f'"{rune}-gzip"'
    else:
        response = part_response(request, rune, release.size, filename=filename, content_type=WASM)
        response.headers["Accept-Ranges"] = "bytes"
    patch_vary_headers(response, ("Accept-Encoding",))
    return response


def refusal_response(
    request: HttpRequest, target: Deployment | None, refusal: ServingRefusal, methods: str
) -> HttpResponse:
    """Returns a refusal as a problem with a name, which an app compares, and counts it among the calls of the day."""
    kind = refusal.kind
    # Each client asks for the next root document, which seldom exists: that is no call of an app that failed.
    if kind is not DOCUMENT_UNKNOWN and target is not None and request.method in ("GET", "HEAD"):
        counter.add((target.pk, True))
    problem = {"type": "about:blank", "title": kind.title, "status": kind.status, "name": kind.name}
    problem["detail"] = refusal.detail
    response = JsonResponse(problem, status=kind.status, content_type="application/problem+json")
    response.headers["Cache-Control"] = "no-store"
    if kind.status == 429:
        response.headers["Retry-After"] = "60"
    if kind.status == 405:
        response.headers["Allow"] = methods
    return response


def for_origin(
    request: HttpRequest, target: Deployment | None, response: HttpResponseBase, exposed_headers: Sequence[str] = ()
) -> HttpResponseBase:
    """Lets a page of an origin of the deployment read an answer, refusals included, and no other page."""
    origin = request.headers.get("Origin", "")
    if target is not None and origin in target.origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = ", ".join((*_EXPOSED_HEADERS, *exposed_headers))
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    patch_vary_headers(response, ("Origin",))
    return response


def _is_compressed(request: HttpRequest, release: Release) -> bool:
    return release.size <= COMPRESSED_UP_TO and accepts_gzip(request)
