"""Answers for clients of @hotg-ai/forge 0.11: a rune, and a key pair for an encrypted one.

These addresses are the same for all deployments, and the key says which one is meant. A browser asks before it sends
the key, so that every page may ask; the answer itself may be read by pages of the deployment's origins alone.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from forge.core.blobs.store import read_blob
from forge.deployments.models import Deployment
from forge.deployments.serving import calls
from forge.deployments.serving.answers import allow_methods, for_origin, refusal_response, rune_response
from forge.deployments.serving.callers import (
    AppCaller,
    find_caller,
    note_use,
    require_living,
    require_origin,
    require_rate,
    served_release,
)
from forge.deployments.serving.refusals import KEY_UNKNOWN, METHOD_REFUSED, RUNE_TOO_LARGE, ServingRefusal
from forge.deployments.serving.stock.encryption import MAX_ENCRYPTED, encrypt, key_id_now, public_key

HEADERS = "x-api-key, deploymentId, x-keyId, x-publicKey, apikey, Content-Type"
_GET, POST_METHODS = "GET, HEAD, OPTIONS", "POST, OPTIONS"

Answer = Callable[[HttpRequest, AppCaller], HttpResponseBase]


@csrf_exempt
def deployment_download(request: HttpRequest) -> HttpResponseBase:
    """The rune that the deployment of a key serves: as it is, or as a box for the key that the client sends."""
    return _answer(request, _GET, _rune)


@csrf_exempt
def encryption_keys(request: HttpRequest) -> HttpResponseBase:
    """The public key for which a client encrypts its own."""
    return _answer(request, POST_METHODS, _key_pair)


def _answer(request: HttpRequest, methods: str, answer: Answer) -> HttpResponseBase:
    if request.method == "OPTIONS":
        response: HttpResponseBase = allow_methods(methods, HEADERS)
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response
    target: Deployment | None = None
    try:
        if request.method not in methods.split(", "):
            raise ServingRefusal(METHOD_REFUSED)
        caller = _caller(request)
        target = caller.deployment
        require_living(caller)
        require_origin(target, request.headers.get("Origin", ""))
        require_rate(caller.key.pk)
        response = answer(request, caller)
    except ServingRefusal as refusal:
        response = refusal_response(request, target, refusal, methods)
    patch_vary_headers(response, ("x-api-key", "deploymentId"))
    return for_origin(request, target, response, exposed_headers=("x-nonce",))


def _caller(request: HttpRequest) -> AppCaller:
    """The key of a request, if it is of the deployment that the request names. Raises `ServingRefusal`."""
    caller = find_caller(request.headers.get("x-api-key", ""))
    deployment = caller.deployment
    if request.headers.get("deploymentId", "").lower() not in (str(deployment.pk), str(deployment.short_id)):
        raise ServingRefusal(KEY_UNKNOWN)
    return caller


def _rune(request: HttpRequest, caller: AppCaller) -> HttpResponseBase:
    deployment = caller.deployment
    release = served_release(deployment)
    key_id = request.headers.get("x-keyId", "")
    if not key_id:
        response = rune_response(request, release)
        response.headers["Cache-Control"] = "private, no-cache"
    elif release.size > MAX_ENCRYPTED:
        raise ServingRefusal(RUNE_TOO_LARGE)
    else:
        rune = read_blob(release.rune)
        encrypted_rune = encrypt(rune, deployment.pk, key_id, request.headers.get("x-publicKey", ""))
        response = HttpResponse(encrypted_rune.body, content_type="application/octet-stream")
        response.headers["x-nonce"] = encrypted_rune.nonce_text
        response.headers["Cache-Control"] = "no-store"
    note_use(caller.key)
    calls.counter.add((deployment.pk, False))
    return response


def _key_pair(request: HttpRequest, caller: AppCaller) -> HttpResponse:
    key_id = key_id_now()
    response = JsonResponse({"keyID": key_id, "publicKey": public_key(caller.deployment.pk, key_id)})
    response.headers["Cache-Control"] = "no-store"
    return response
