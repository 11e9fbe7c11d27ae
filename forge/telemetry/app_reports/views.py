"""The address at which clients of @hotg-ai/forge 0.11 report."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from forge.deployments.hooks import is_counting
from forge.deployments.serving.answers import allow_methods
from forge.deployments.serving.callers import find_caller, require_living, require_origin, require_rate
from forge.deployments.serving.refusals import ServingRefusal
from forge.deployments.serving.stock.views import HEADERS, POST_METHODS
from forge.telemetry.app_reports import counting


@csrf_exempt
def telemetry_report(request: HttpRequest) -> HttpResponse:
    """Always 200 for POST, whatever is sent: the package would lose its reports over anything else, and retry none."""
    if request.method == "OPTIONS":
        response = allow_methods(POST_METHODS, HEADERS)
    elif request.method == "POST":
        _count(request)
        response = HttpResponse(content_type="text/plain")
    else:
        response = HttpResponse(status=405, headers={"Allow": POST_METHODS})
    # The answer is the same for everyone, so that it tells nothing.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "no-store"
    return response


def _count(request: HttpRequest) -> None:
    """Counts the events of a report if its deployment counts reports; otherwise, and of a wrong key, nothing."""
    try:
        if int(request.headers.get("Content-Length") or 0) > counting.MAX_BYTES:
            return
        caller = find_caller(request.headers.get("apikey", ""))
        if not is_counting(caller.deployment):
            return
        require_living(caller)
        require_origin(caller.deployment, request.headers.get("Origin", ""))
        require_rate(caller.key.pk)
    except (ServingRefusal, ValueError):
        return
    for (event, browser), count in counting.events_of(request.body).items():
        counting.counter.add((caller.deployment.pk, event, browser), count)
