"""The addresses of counts that web pages and apps ask: whether their deployment counts, and where counts are sent.

A page sends when it is closed, when a browser asks nothing before (no preflight) and takes no header along. So the
address has the id of the key, as that of a rune has, and the body is the document alone.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from forge.deployments.hooks import is_counting
from forge.deployments.models import Deployment
from forge.deployments.serving.answering import serving_response
from forge.deployments.serving.answers import for_origin, refusal_response
from forge.deployments.serving.callers import (
    find_by_address,
    require_key,
    require_key_with_id,
    require_origin,
    require_rate,
    served_release,
)
from forge.deployments.serving.refusals import ServingRefusal
from forge.telemetry.app_reports.byte_page import bytes_page
from forge.telemetry.app_reports.documents import PAGE_DOCUMENT_SIZE
from forge.telemetry.app_reports.limits import require_report_rate
from forge.telemetry.app_reports.taking import NOT_A_DOCUMENT, take_page_counts
from forge.telemetry.intake.runes import record_of

_METHODS: Final = "GET, HEAD, POST, OPTIONS"


@csrf_exempt
def page_telemetry(request: HttpRequest, organisation: str, name: str, deployment: str) -> HttpResponseBase:
    """Returns whether the deployment counts, and where to, for an app with its key."""
    target = find_by_address(organisation, name, deployment)
    return serving_response(request, target, lambda: _state(request, target))


@csrf_exempt
def page_counts(request: HttpRequest, organisation: str, name: str, deployment: str, key: UUID) -> HttpResponseBase:
    """Takes a document of a page, and shows people what is in one."""
    target = find_by_address(organisation, name, deployment)
    if request.method != "POST":
        return serving_response(request, target, lambda: _bytes(request, target, key))
    try:
        response = _take(request, target, key)
    except ServingRefusal as refusal:
        response = refusal_response(request, target, refusal, _METHODS)
    return for_origin(request, target, response)


def _state(request: HttpRequest, target: Deployment | None) -> HttpResponse:
    caller = require_key(target, request.headers.get("x-api-key", ""))
    deployment = caller.deployment
    require_origin(deployment, request.headers.get("Origin", ""))
    require_rate(caller.key.pk)
    url = f"{settings.PUBLIC_URL}{deployment.served_path}/{caller.key.pk}/telemetry"
    response = JsonResponse({"is_on": is_counting(deployment), "url": url})
    response.headers["Cache-Control"] = "no-store"
    patch_vary_headers(response, ("x-api-key",))
    return response


def _bytes(request: HttpRequest, target: Deployment | None, key: UUID) -> HttpResponse:
    deployment = require_key_with_id(target, key).deployment
    require_origin(deployment, request.headers.get("Origin", ""))
    require_rate(key)
    layout = record_of(served_release(deployment).rune).layout
    return bytes_page(deployment, layout, is_on=is_counting(deployment))


def _take(request: HttpRequest, target: Deployment | None, key: UUID) -> HttpResponse:
    deployment = require_key_with_id(target, key).deployment
    origin = request.headers.get("Origin", "")
    # The page on which anybody tries a deployment is of this server, and browsers name its origin where they send.
    if origin != f"{request.scheme}://{request.get_host()}":
        require_origin(deployment, origin)
    require_report_rate(request, key)
    if _length(request) != PAGE_DOCUMENT_SIZE:
        raise ServingRefusal(NOT_A_DOCUMENT, f"A document of a page has {PAGE_DOCUMENT_SIZE} bytes.")
    take_page_counts(deployment, request.body, timezone.now())
    return HttpResponse(status=204, headers={"Cache-Control": "no-store"})


def _length(request: HttpRequest) -> int:
    """Returns the length that a request names; -1 where it names none."""
    text = request.headers.get("Content-Length") or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
