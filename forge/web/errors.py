"""Pages for what Django itself refuses: unknown addresses, forgeries, and faults of ours."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from forge.core.problems import problem_json


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem_json(404, "Not found", "There is no such address in the API. /api/v1/schema lists them.")
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def failed(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem_json(500, "A fault of ours", "Something failed here; it is in the server's log. Try again.")
    return render(request, "500.html", status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from a page of ours, or from one that is too old."""
    context = {
        "title": "This form is out of date",
        "detail": "It was opened before you signed in or out, or cookies are off. Go back, load the page again and "
        "send it once more.",
    }
    return render(request, "problem.html", context, status=403)
