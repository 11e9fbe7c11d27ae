"""The addresses of the authorisation server."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.idp.oidc import views
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from forge.accounts.sign_in.attempts import network_of
from forge.agents.limits import FAILURES_OF_ADDRESS, count_call
from forge.agents.sign_in import metadata
from forge.agents.sign_in.consent import ConsentView
from forge.core.errors import TooOften


def for_programs(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Lets programs in pages of other origins call a view that reads no cookie. What it refuses is counted for the
    address."""

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = HttpResponse(status=204) if request.method == "OPTIONS" else view(request, *args, **kwargs)
        if response.status_code >= 400:
            response = _counted(request, response)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Allow-Methods"] = "POST, OPTIONS"
        response["Access-Control-Allow-Headers"] = "authorization, content-type, mcp-protocol-version"
        return response

    return answer


def _counted(request: HttpRequest, refusal: HttpResponseBase) -> HttpResponseBase:
    """Returns a refusal, or one that says when to try again where its address had too many."""
    try:
        count_call(FAILURES_OF_ADDRESS, network_of(request.META.get("REMOTE_ADDR", "")))
    except TooOften as error:
        body = {"error": "temporarily_unavailable", "error_description": error.detail}
        return JsonResponse(body, status=429, headers={"Retry-After": error.retry_after})
    return refusal


_OAUTH = [
    path(metadata.AUTHORISE[1:], ConsentView.as_view(), name="authorization"),
    path(metadata.TOKEN[1:], for_programs(views.token), name="token"),
    path(metadata.REVOKE[1:], for_programs(views.revoke), name="revoke"),
    path(metadata.REGISTER[1:], for_programs(views.client_registration), name="client_registration"),
]
urlpatterns = [
    path(".well-known/oauth-protected-resource", metadata.protected_resource),
    path(".well-known/oauth-protected-resource/mcp", metadata.protected_resource),
    path(".well-known/oauth-authorization-server", metadata.authorisation_server),
    # allauth looks its own addresses up by these names.
    path("", include(([path("", include((_OAUTH, "oidc")))], "idp"))),
]
