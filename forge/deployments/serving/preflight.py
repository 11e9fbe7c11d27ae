"""The question of a browser before a page of another site sends a key."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse

from forge.deployments.models import Deployment
from forge.deployments.serving.answers import allow_methods
from forge.deployments.serving.callers import require_origin
from forge.deployments.serving.refusals import METHOD_REFUSED, ORIGIN_REFUSED, ServingRefusal

METHODS: Final = "GET, HEAD, OPTIONS"


def preflight(request: HttpRequest, target: Deployment | None) -> HttpResponse | None:
    """Returns the answer to a browser that asks whether a page may send a key, or None if the request is another one.

    Raises `ServingRefusal`.
    """
    if request.method in ("GET", "HEAD"):
        return None
    if request.method != "OPTIONS":
        raise ServingRefusal(METHOD_REFUSED)
    origin = request.headers.get("Origin", "")
    if not origin:
        raise ServingRefusal(ORIGIN_REFUSED)
    require_origin(target, origin)
    return allow_methods(METHODS, "x-api-key, If-None-Match, Range")
