"""The addresses at which web pages ask for requests, send windows, and take them back.

The body is text without a type, so that a browser asks nothing before (no preflight). No cookie and no session counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from forge.deployments.hooks import is_counting
from forge.deployments.models import Deployment
from forge.deployments.serving.answering import serving_response
from forge.deployments.serving.answers import for_origin, refusal_response
from forge.deployments.serving.callers import (
    find_by_address,
    release_of_rune,
    require_key_with_id,
    require_origin,
    require_rate,
)
from forge.deployments.serving.refusals import METHOD_REFUSED, ServingRefusal
from forge.telemetry.app_reports.taking import TELEMETRY_OFF
from forge.telemetry.sample_requests.from_pages.actions import NOT_A_WINDOW, take_back, take_page_window
from forge.telemetry.sample_requests.from_pages.limits import require_take_back_rate, require_window_rate
from forge.telemetry.sample_requests.from_pages.messages import (
    LARGEST_TAKE_BACK,
    BadPageMessage,
    PageWindow,
    secret_in,
)
from forge.telemetry.sample_requests.from_pages.offers import offers_to_json
from hmrd.protocol.samples import LARGEST_WINDOW_MESSAGE

Message = TypeVar("Message")

_METHODS: Final = "GET, HEAD, POST, OPTIONS"


@csrf_exempt
def page_samples(request: HttpRequest, organisation: str, name: str, deployment: str, key: UUID) -> HttpResponseBase:
    """Returns the open requests to people on pages with `?rune=`, and takes a window that one of them ticked."""
    target = find_by_address(organisation, name, deployment)
    if request.method != "POST":
        return serving_response(request, target, lambda: _offers(request, target, key))
    response = _posted(request, target, _METHODS, lambda: _take(request, target, key))
    return for_origin(request, target, response)


@csrf_exempt
def page_take_back(request: HttpRequest) -> HttpResponse:
    """Deletes all that the page with a secret sent. Any page may read the answer: the secret is all that counts."""
    response = _posted(request, None, "POST", lambda: _take_back(request))
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _offers(request: HttpRequest, target: Deployment | None, key: UUID) -> HttpResponse:
    deployment = require_key_with_id(target, key).deployment
    _require_page(request, deployment)
    require_rate(key)
    if not is_counting(deployment):
        raise ServingRefusal(TELEMETRY_OFF)
    release = release_of_rune(deployment, request.GET.get("rune", "")[:100])
    response = JsonResponse(offers_to_json(deployment, release.rune))
    response.headers["Cache-Control"] = "no-store"
    return response


def _take(request: HttpRequest, target: Deployment | None, key: UUID) -> None:
    deployment = require_key_with_id(target, key).deployment
    _require_page(request, deployment)
    require_window_rate(request, key)
    take_page_window(deployment, _read(request, LARGEST_WINDOW_MESSAGE, PageWindow.read))


def _take_back(request: HttpRequest) -> None:
    if request.method != "POST":
        raise ServingRefusal(METHOD_REFUSED)
    require_take_back_rate(request)
    take_back(_read(request, LARGEST_TAKE_BACK, secret_in))


def _require_page(request: HttpRequest, deployment: Deployment) -> None:
    origin = request.headers.get("Origin", "")
    # The page on which anybody tries a deployment is of this server, and browsers name its origin where they send.
    if origin != f"{request.scheme}://{request.get_host()}":
        require_origin(deployment, origin)


def _posted(request: HttpRequest, target: Deployment | None, methods: str, take: Callable[[], None]) -> HttpResponse:
    try:
        take()
    except ServingRefusal as refusal:
        return refusal_response(request, target, refusal, methods)
    return HttpResponse(status=204, headers={"Cache-Control": "no-store"})


def _read(request: HttpRequest, largest: int, read: Callable[[bytes], Message]) -> Message:
    """Returns the message in a body whose length is named and within a limit, and is checked before it is read."""
    text = request.headers.get("Content-Length") or ""
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) > largest:
        raise ServingRefusal(NOT_A_WINDOW, f"A message has at most {largest:,} bytes.")
    try:
        return read(request.body)
    except BadPageMessage as error:
        raise ServingRefusal(NOT_A_WINDOW, str(error)) from None
