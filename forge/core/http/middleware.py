"""Headers of every response, and error pages for domain errors."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.decorators import sync_and_async_middleware
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import urlencode

from forge.core.api.problems import status_of
from forge.core.api.throttles import RateLimit
from forge.core.audit.denials import record_denial
from forge.core.database.away import is_database_away
from forge.core.database.full_disk import is_full_disk
from forge.core.errors import AddressChanged, DatabaseAway, DiskFull, DomainError, SetupRequired, SignInNeeded, TooOften
from forge.core.http.policies import NOT_A_PAGE
from forge.core.http.proxies import notice_proxy
from forge.core.observability.spans import note_route

API = "/api/"
_Answer = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


@sync_and_async_middleware
def page_policies(get_response: Any) -> _Answer:
    """Sensors for pages alone, nothing for the API, no copies in shared caches, and what is left of a rate limit."""
    if inspect.iscoroutinefunction(get_response):

        async def asynchronous(request: HttpRequest) -> HttpResponseBase:
            return _with_policies(request, await get_response(request))

        return asynchronous

    def synchronous(request: HttpRequest) -> HttpResponseBase:
        return _with_policies(request, get_response(request))

    return synchronous


def _with_policies(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    notice_proxy(request)
    if request.resolver_match is not None:
        note_route(request.resolver_match.route)
    if request.path.startswith(API):
        # Before the middleware of policies, which leaves a policy that is there.
        response.headers.setdefault("Content-Security-Policy", NOT_A_PAGE)
    else:
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
    response.headers.setdefault("Cache-Control", "private, no-cache")
    limit = getattr(request, "rate_limit", None)
    if isinstance(limit, RateLimit):
        limit.put_on(response)
    return response


class DomainErrorPages(MiddlewareMixin):
    """Turns a domain error that a page's view raised into a page: moved, sign in first, or what went wrong."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if is_full_disk(error):
            error = DiskFull()
        elif is_database_away(error):
            error = DatabaseAway()
        if not isinstance(error, DomainError):
            return None
        record_denial(error)
        if isinstance(error, AddressChanged):
            return HttpResponseRedirect(error.location)
        if isinstance(error, SignInNeeded):
            return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': _after_signing_in(request)})}")
        if isinstance(error, SetupRequired):
            return redirect(error.location)
        status = status_of(error)
        if isinstance(error, DatabaseAway):
            # The other template asks the database who reads it.
            return HttpResponse(
                render_to_string("503.html", {"title": error.title, "detail": error.detail}), status=status
            )
        response = render(request, _template(status), {"title": error.title, "detail": error.detail}, status=status)
        if isinstance(error, TooOften):
            response.headers["Retry-After"] = str(error.retry_after)
        return response


def _after_signing_in(request: HttpRequest) -> str:
    """The page that was asked for; for a form the page that it stands on, since what it sent is not sent again."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    try:
        page = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return "/"
    return page.path if page.netloc == request.get_host() and page.path else "/"


def _template(status: int) -> str:
    return f"{status}.html" if status in (403, 404) else "problem.html"
