"""Notes when a session was last used, for the list of sessions: at most every few minutes."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from forge.accounts.sign_in.sessions import origin_of, recently_seen, remember_session

_Answer = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


@sync_and_async_middleware
def session_use(get_response: Any) -> _Answer:
    """Records the use of sessions, below the middleware of sessions and of authentication."""
    if inspect.iscoroutinefunction(get_response):

        async def asynchronous(request: HttpRequest) -> HttpResponseBase:
            response: HttpResponseBase = await get_response(request)
            if is_due(request):
                await sync_to_async(note_use)(request)
            return response

        return asynchronous

    def synchronous(request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = get_response(request)
        if is_due(request):
            note_use(request)
        return response

    return synchronous


def is_due(request: HttpRequest) -> bool:
    """Returns whether a person was looked up by a session that was not written recently. Makes no query."""
    user = getattr(request, "_cached_user", None)  # set once somebody asked who it is
    key = request.session.session_key if user is not None and user.is_authenticated else None
    return key is not None and recently_seen.is_due(key)


def note_use(request: HttpRequest) -> None:
    """Writes that the session of a request is used now."""
    key, person = request.session.session_key, request.user.pk
    if key is not None and person is not None:
        remember_session(key, person, origin_of(request))
