"""Answers at each address of a deployment: preflights, refusals, and the pages that may read the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from forge.deployments.models import Deployment
from forge.deployments.serving.answers import allow_methods, for_origin, refusal_response
from forge.deployments.serving.callers import require_origin
from forge.deployments.serving.refusals import METHOD_REFUSED, ORIGIN_REFUSED, ServingRefusal

_METHODS: Final = "GET, HEAD, OPTIONS"


def serving_response(
    request: HttpRequest,
    target: Deployment | None,
    answer: Callable[[], HttpResponseBase],
    exposed_headers: Sequence[str] = (),
) -> HttpResponseBase:
    """Answers a request to an address of a deployment. `answer` gives the answer to a GET or HEAD, or raises
    `ServingRefusal`. Pages of the deployment's origins may read the `exposed_headers` beside the usual ones."""
    try:
        response = answer() if request.method in ("GET", "HEAD") else _preflight(request, target)
    except ServingRefusal as refusal:
        response = refusal_response(request, target, refusal, _METHODS)
    return for_origin(request, target, response, exposed_headers)


def _preflight(request: HttpRequest, target: Deployment | None) -> HttpResponse:
    """Answers a browser that asks whether a page may send a key. Raises `ServingRefusal` for any other request."""
    if request.method != "OPTIONS":
        raise ServingRefusal(METHOD_REFUSED)
    origin = request.headers.get("Origin", "")
    if not origin:
        raise ServingRefusal(ORIGIN_REFUSED)
    require_origin(target, origin)
    return allow_methods(_METHODS, "x-api-key, If-None-Match, Range")
