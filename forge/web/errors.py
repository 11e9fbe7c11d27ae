"""Error pages for what Django refuses: unknown addresses, forged forms, and server errors."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt

from forge.core.api.problems import problem_json
from forge.core.database.away import is_database_away
from forge.core.errors import DatabaseAway


@csrf_exempt
def unknown(request: HttpRequest, rest: str = "") -> HttpResponse:
    """An address that the API does not have."""
    return problem_json(404, "Not found", "The API has no such address. /api/v1/schema lists all addresses.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        return unknown(request)
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """An error that no view and no middleware turned into an answer, also of a middleware."""
    error = sys.exc_info()[1]
    if error is not None and is_database_away(error):
        away = DatabaseAway()
        if request.path.startswith("/api/"):
            return problem_json(503, away.title, away.detail)
        return HttpResponse(render_to_string("503.html", {"title": away.title, "detail": away.detail}), status=503)
    if request.path.startswith("/api/"):
        return problem_json(
            500, "Server error", "The server failed to answer. Try again. The server's log has the reason."
        )
    return render(request, "500.html", status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from a page of ours, or from one that is too old."""
    context = {
        "title": "This form has expired",
        "detail": "It was opened before you signed in or out, or cookies are off. Go back, load the page again and "
        "send it once more.",
    }
    return render(request, "problem.html", context, status=403)
