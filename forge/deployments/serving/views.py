"""What apps and pages get at a deployment's address. It knows keys and origins, and neither cookies nor people.

`/d/{organisation}/{project}/{deployment}` answers, for a key, which rune is served and where. The address of the rune
has its digest: its bytes never change, so browsers and networks in between store them for a year.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.views.decorators.csrf import csrf_exempt

from forge.core.blobs.responses import as_foreign, part_response
from forge.core.blobs.store import read_blob
from forge.core.http.compression import COMPRESSED_UP_TO, accepts_gzip, gzipped
from forge.deployments.models import Deployment, Release
from forge.deployments.serving.callers import (
    find_by_address,
    note_use,
    release_of_rune,
    require_key,
    require_origin,
    require_rate,
    served_release,
)
from forge.deployments.serving.calls import counter
from forge.deployments.serving.refusals import METHOD_REFUSED, ORIGIN_REFUSED, Refusal

FOR_EVER = "public, max-age=31536000, immutable"
_METHODS = "GET, HEAD, OPTIONS"
_EXPOSED = "ETag, Content-Length, Content-Range, Retry-After"
WASM = "application/wasm"


@csrf_exempt
def deployment_address(request: HttpRequest, organisation: str, name: str, deployment: str) -> HttpResponseBase:
    """Which rune the deployment serves, for an app with its key."""
    target = find_by_address(organisation, name, deployment)
    try:
        response = _preflight(request, target) or _pointer(request, target)
    except Refusal as refusal:
        response = _refused(request, target, refusal)
    return _for_origin(request, target, response)


@csrf_exempt
def rune_address(request: HttpRequest, organisation: str, name: str, deployment: str, rune: str) -> HttpResponseBase:
    """The bytes of a rune that the deployment serves or served. Its digest is known to apps with a key alone."""
    target = find_by_address(organisation, name, deployment)
    try:
        response = _preflight(request, target) or _bytes(request, target, rune)
    except Refusal as refusal:
        response = _refused(request, target, refusal)
    return _for_origin(request, target, response)


def _preflight(request: HttpRequest, target: Deployment | None) -> HttpResponse | None:
    """Returns the answer to a browser that asks whether a page may send a key, or None if the request is another one.

    Raises `Refusal`.
    """
    if request.method in ("GET", "HEAD"):
        return None
    if request.method != "OPTIONS":
        raise Refusal(METHOD_REFUSED)
    origin = request.headers.get("Origin", "")
    if not origin:
        raise Refusal(ORIGIN_REFUSED)
    require_origin(target, origin)
    response = HttpResponse(status=204)
    response.headers["Access-Control-Allow-Methods"] = _METHODS
    response.headers["Access-Control-Allow-Headers"] = "x-api-key, If-None-Match, Range"
    response.headers["Access-Control-Max-Age"] = "7200"
    return response


def _pointer(request: HttpRequest, target: Deployment | None) -> HttpResponse:
    deployment, key = require_key(target, request.headers.get("x-api-key", ""))
    require_origin(deployment, request.headers.get("Origin", ""))
    require_rate(key.pk)
    release = served_release(deployment)
    note_use(key)
    counter.note(deployment.pk, refused=False)
    etag = f'"{release.number}-{release.rune[7:23]}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponse(status=304)
    else:
        response = JsonResponse(
            {
                "deployment": deployment.name,
                "version": release.version,
                "digest": release.digest,
                "since": release.started.isoformat(),
                "rune": {
                    "digest": release.rune,
                    "size": release.size,
                    "url": f"{settings.PUBLIC_URL}{deployment.served_path}/{release.rune}",
                },
            }
        )
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ("x-api-key",))
    return response


def _bytes(request: HttpRequest, target: Deployment | None, rune: str) -> HttpResponseBase:
    require_origin(target, request.headers.get("Origin", ""))
    release = release_of_rune(target, rune)
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if same := [etag for etag in known if etag in (f'"{rune}"', f'"{rune}-gzip"')]:
        response: HttpResponseBase = HttpResponse(status=304, headers={"ETag": same[0]})
    elif request.method == "GET" and not request.headers.get("Range") and _is_compressed(request, release):
        response = as_foreign(gzipped(read_blob(rune), WASM), filename=f"{release.version}.rune", digest=rune)
        response.headers["ETag"] = f'"{rune}-gzip"'
    else:
        filename = f"{release.version}.rune"
        response = part_response(request, rune, release.size, filename=filename, content_type=WASM)
        response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = FOR_EVER
    patch_vary_headers(response, ("Accept-Encoding",))
    return response


def _is_compressed(request: HttpRequest, release: Release) -> bool:
    return release.size <= COMPRESSED_UP_TO and accepts_gzip(request)


def _refused(request: HttpRequest, target: Deployment | None, refusal: Refusal) -> HttpResponse:
    """A refusal as a problem with a name, which an app compares."""
    if target is not None and request.method in ("GET", "HEAD"):
        counter.note(target.pk, refused=True)
    kind = refusal.kind
    problem = {"type": "about:blank", "title": kind.title, "status": kind.status, "name": kind.name}
    problem["detail"] = refusal.detail
    response = JsonResponse(problem, status=kind.status, content_type="application/problem+json")
    response.headers["Cache-Control"] = "no-store"
    if kind.status == 429:
        response.headers["Retry-After"] = "60"
    if kind.status == 405:
        response.headers["Allow"] = _METHODS
    return response


def _for_origin(request: HttpRequest, target: Deployment | None, response: HttpResponseBase) -> HttpResponseBase:
    """Lets a page of an origin of the deployment read an answer, refusals included, and no other page."""
    origin = request.headers.get("Origin", "")
    if target is not None and origin in target.origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = _EXPOSED
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    patch_vary_headers(response, ("Origin",))
    return response
