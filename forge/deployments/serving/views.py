"""Answers for apps and pages at a deployment's address. It knows keys and origins, and neither cookies nor people.

`/d/{organisation}/{project}/{deployment}` answers, for a key, which rune is served and where. The address of the rune
has the id of that key, and the digest of bytes that never change: it ends with the key, and browsers and networks in
between store the bytes for a year. Without the id, an address asks for the key itself.
"""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.views.decorators.csrf import csrf_exempt

from forge.deployments.models import Deployment
from forge.deployments.serving.answering import serving_response
from forge.deployments.serving.answers import FOR_EVER, FOR_ONE_APP, rune_response
from forge.deployments.serving.callers import (
    find_by_address,
    note_use,
    release_of_rune,
    require_key,
    require_key_with_id,
    require_origin,
    require_rate,
    served_release,
)
from forge.deployments.serving.calls import counter
from forge.deployments.serving.device_callers import is_signed_by_device, require_device_of
from forge.deployments.serving.refusals import RUNE_UNKNOWN, ServingRefusal
from forge.deployments.serving.signatures import signatures_of

_FRONT_SECONDS = "60"
"""The seconds for which nginx in front of this server sends a rune without asking: its version may be withdrawn."""


@csrf_exempt
def deployment_address(request: HttpRequest, organisation: str, name: str, deployment: str) -> HttpResponseBase:
    """Returns which rune the deployment serves, for an app with its key."""
    target = find_by_address(organisation, name, deployment)
    return serving_response(request, target, lambda: _pointer(request, target))


@csrf_exempt
def rune_address(
    request: HttpRequest, organisation: str, name: str, deployment: str, rune: str, key: UUID | None = None
) -> HttpResponseBase:
    """The bytes of a rune that the deployment serves or served, for an app with a key or with the address that it got
    for one."""
    target = find_by_address(organisation, name, deployment)
    return serving_response(request, target, lambda: _bytes(request, target, rune, key))


@csrf_exempt
def signatures_address(
    request: HttpRequest, organisation: str, name: str, deployment: str, rune: str, key: UUID | None = None
) -> HttpResponseBase:
    """The signatures of a rune that the deployment serves or served, for the same apps."""
    target = find_by_address(organisation, name, deployment)
    return serving_response(request, target, lambda: _signatures(request, target, rune, key))


@csrf_exempt
def target_address(
    request: HttpRequest, organisation: str, name: str, deployment: str, file: str, key: UUID | None = None
) -> HttpResponseBase:
    """The bytes of a rune under the name that signed documents have for it, where clients of TUF look for them: the
    name of the deployment, with or without the digest in front of its last part."""
    target = find_by_address(organisation, name, deployment)
    return serving_response(request, target, lambda: _target(request, target, file, key))


def _target(request: HttpRequest, target: Deployment | None, file: str, key: UUID | None) -> HttpResponseBase:
    deployment = _require_reader(request, target, key)
    folder, _, last = file.rpartition("/")
    digest, dot, name = last.partition(".")
    if folder != deployment.project.full_name or (name if dot else last) != deployment.name:
        raise ServingRefusal(RUNE_UNKNOWN)
    release = release_of_rune(deployment, f"sha256:{digest}") if dot else served_release(deployment)
    response = rune_response(request, release)
    response.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ("x-api-key",))
    return response


def _pointer(request: HttpRequest, target: Deployment | None) -> HttpResponse:
    caller = require_key(target, request.headers.get("x-api-key", ""))
    deployment = caller.deployment
    require_origin(deployment, request.headers.get("Origin", ""))
    require_rate(caller.key.pk)
    release = served_release(deployment)
    note_use(caller.key)
    counter.add((deployment.pk, False))
    # Another key gets another address of the rune.
    etag = f'"{release.number}-{release.rune[7:23]}-{caller.key.pk.hex[:8]}"'
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
                    "url": f"{settings.PUBLIC_URL}{deployment.served_path}/{caller.key.pk}/{release.rune}",
                },
            }
        )
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ("x-api-key",))
    return response


def _bytes(request: HttpRequest, target: Deployment | None, rune: str, key: UUID | None) -> HttpResponseBase:
    deployment = _require_reader(request, target, key)
    response = rune_response(request, release_of_rune(deployment, rune))
    if key is None:
        response.headers["Cache-Control"] = FOR_ONE_APP
        patch_vary_headers(response, ("x-api-key",))
    else:
        response.headers["Cache-Control"] = FOR_EVER
        response.headers["X-Accel-Expires"] = _FRONT_SECONDS  # nginx keeps it from clients
    return response


def _signatures(request: HttpRequest, target: Deployment | None, rune: str, key: UUID | None) -> HttpResponse:
    deployment = _require_reader(request, target, key)
    response = JsonResponse(signatures_of(release_of_rune(deployment, rune)))
    # A key may be revoked, and a signature added: an app asks again each time.
    response.headers["Cache-Control"] = "no-cache" if key is not None else "private, no-cache"
    return response


def _require_reader(request: HttpRequest, target: Deployment | None, key: UUID | None) -> Deployment:
    """Returns the deployment for an app whose key has not ended, from a page of one of its origins, or for a device
    that shall run what it serves. Raises `ServingRefusal`."""
    if key is None and is_signed_by_device(request):
        return require_device_of(request, target)
    secret = request.headers.get("x-api-key", "")
    caller = require_key(target, secret) if key is None else require_key_with_id(target, key)
    require_origin(caller.deployment, request.headers.get("Origin", ""))
    return caller.deployment
