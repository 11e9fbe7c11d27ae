"""The browsers in which a person is signed in, each of which can be signed out."""

from __future__ import annotations

import contextlib
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from forge.accounts.principals import principal_of, signed_in_user
from forge.accounts.sign_in.actions import sessions as session_actions
from forge.accounts.sign_in.sessions import sessions_of
from forge.core.errors import NotFound
from forge.core.http.pages import for_person


@for_person
@never_cache
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """Shows the person's sessions: which browser, from where, and when it was last used."""
    context = {"sessions": sessions_of(principal_of(request)), "current": request.session.session_key}
    return render(request, "account/sessions.html", context)


@for_person
@require_POST
def end_session(request: HttpRequest, session: UUID) -> HttpResponse:
    """Ends one session. One that has ended meanwhile is no error."""
    with contextlib.suppress(NotFound):
        session_actions.end_session(signed_in_user(request), session)
    return redirect("sessions")


@for_person
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Ends all sessions but the one that asks."""
    session_actions.end_other_sessions(signed_in_user(request), str(request.session.session_key))
    return redirect("sessions")
