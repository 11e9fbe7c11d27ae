"""Answers for apps and pages at a deployment's address. It knows keys and origins, and neither cookies nor people.

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

from forge.deployments.models import Deployment
from forge.deployments.serving.answering import serving_response
from forge.deployments.serving.answers import FOR_EVER, rune_response
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
from forge.deployments.serving.signatures import signatures_of

_FRONT_SECONDS = "60"
"""For how long nginx in front of this server sends a rune without asking: its version may be withdrawn."""


@csrf_exempt
def deployment_address(request: HttpRequest, organisation: str, name: str, deployment: str) -> HttpResponseBase:
    """Which rune the deployment serves, for an app with its key."""
    target = find_by_address(organisation, name, deployment)
    return serving_response(request, target, lambda: _pointer(request, target))


@csrf_exempt
def rune_address(request: HttpRequest, organisation: str, name: str, deployment: str, rune: str) -> HttpResponseBase:
    """The bytes of a rune that the deployment serves or served. Its digest is known to apps with a key alone."""
    target = find_by_address(organisation, name, deployment)
    return serving_response(request, target, lambda: _bytes(request, target, rune))


@csrf_exempt
def signatures_address(
    request: HttpRequest, organisation: str, name: str, deployment: str, rune: str
) -> HttpResponseBase:
    """The signatures of a rune that the deployment serves or served."""
    target = find_by_address(organisation, name, deployment)
    return serving_response(request, target, lambda: _signatures(request, target, rune))


def _pointer(request: HttpRequest, target: Deployment | None) -> HttpResponse:
    caller = require_key(target, request.headers.get("x-api-key", ""))
    deployment = caller.deployment
    require_origin(deployment, request.headers.get("Origin", ""))
    require_rate(caller.key.pk)
    release = served_release(deployment)
    note_use(caller.key)
    counter.add((deployment.pk, False))
    etag = f'"{release.number}-{release.rune[7:23]}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponse(status=304)
    else:
        response = JsonResponse(
            {
                "deployment": deployment.name,
                "version": release.version,
                "release": release.number,
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
    response = rune_response(request, release_of_rune(target, rune))
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["X-Accel-Expires"] = _FRONT_SECONDS  # nginx keeps it from clients
    return response


def _signatures(request: HttpRequest, target: Deployment | None, rune: str) -> HttpResponse:
    require_origin(target, request.headers.get("Origin", ""))
    response = JsonResponse(signatures_of(release_of_rune(target, rune)))
    # A key may be revoked, and a signature added: an app asks again each time.
    response.headers["Cache-Control"] = "no-cache"
    return response
