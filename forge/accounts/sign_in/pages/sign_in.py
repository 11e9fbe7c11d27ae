"""Coming in by a link: the page's script takes the token from the fragment and sends it here by POST."""

from __future__ import annotations

from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from forge.accounts.errors import BadAccount, LinkEnded, OtherAddress
from forge.accounts.hooks import purpose_of
from forge.accounts.models import User
from forge.accounts.organisations.actions.invitations import NewPerson, join_as, join_new
from forge.accounts.organisations.invitations import find_invitation, is_for
from forge.accounts.principals import signed_in_user
from forge.accounts.sign_in.actions.one_time_link import redeem_sign_in_link
from forge.accounts.sign_in.attempts import remember_browser
from forge.accounts.sign_in.recent import LINK
from forge.core.http.pages import for_person, show_again

_FOR_ONE = "The invitation is for this address, and confirms it. You'll use it to sign in."
_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@never_cache
@sensitive_post_parameters("token")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Signs in by a printed link."""
    if request.method == "GET":
        return render(request, "sign-in/sign-in.html")
    try:
        user = redeem_sign_in_link(request.POST.get("token", ""))
    except LinkEnded as error:
        return show_again(request, "sign-in/sign-in.html", {}, error)
    # Who holds a link that was printed where the server runs needs no second factor: it is how one comes back who
    # lost theirs.
    return _enter(request, user, redirect("home"), LINK)


@never_cache
@sensitive_post_parameters("token", "password")
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Lets a person join an organisation by an invitation: first what it is for, then who is joining."""
    if request.method == "GET":
        return render(request, "sign-in/join.html")
    token, step = request.POST.get("token", ""), request.POST.get("step", "")
    try:
        invitation = find_invitation(token)
    except LinkEnded as error:
        return show_again(request, "sign-in/join.html", {}, error)
    purpose = purpose_of(invitation)
    context = {
        "invitation": invitation,
        "token": token,
        "purpose": purpose,
        "is_for_another": request.user.is_authenticated and not is_for(invitation, signed_in_user(request).email),
        "email_hint": _FOR_ONE if invitation.email else "You'll use it to sign in.",
    }
    try:
        if step == "join" and request.user.is_authenticated:
            joined_organisation = join_as(signed_in_user(request), token)
            return redirect(purpose.address if purpose else joined_organisation)
        if step == "account" and not request.user.is_authenticated:
            fields = NewPerson(*(request.POST.get(field, "") for field in ("name", "email", "password")))
            user, organisation = join_new(token, fields)
            return _enter(request, user, redirect(purpose.address if purpose else organisation), "password")
    except (BadAccount, LinkEnded, OtherAddress) as error:
        return show_again(request, "sign-in/join.html", context, error)
    return render(request, "sign-in/join.html", context)


@never_cache
@require_GET
def session(request: HttpRequest) -> JsonResponse:
    """Names the person of this session, if any, for a page that was refused a request.

    It tells of the session alone, so that what is forbidden and what is not there go on answering alike. The token is
    for writes of the same person, who signed in again: signing in makes another.
    """
    user = signed_in_user(request) if request.user.is_authenticated else None
    return JsonResponse({"person": user and {"id": str(user.pk), "name": str(user)}, "csrf": get_token(request)})


@never_cache
@for_person
@require_GET
def signed_in(request: HttpRequest) -> HttpResponse:
    """Ends signing in for a page that waits in another window; its script closes the window."""
    return render(request, "sign-in/signed-in.html")


def closed(request: HttpRequest) -> HttpResponse:
    """Shows how to get an account or a new password on this server."""
    return render(request, "sign-in/closed.html", status=403)


def disabled(request: HttpRequest) -> HttpResponse:
    """Informs a person whose account the operator has disabled."""
    context = {
        "title": "This account is disabled",
        "detail": "No account uses it. Ask the administrator of this server.",
    }
    return render(request, "problem.html", context, status=403)


def cancelled(request: HttpRequest) -> HttpResponse:
    """Informs a person who turned back at the service that was to sign them in."""
    context = {
        "title": "You were not signed in",
        "detail": "You turned back at the other service, or it did not let you in.",
        "leads_to_sign_in": True,
    }
    return render(request, "problem.html", context)


def _enter(request: HttpRequest, user: User, answer: HttpResponse, method: str) -> HttpResponse:
    """Signs someone in and lets their browser be known. For a while they need not say again that it is them."""
    login(request, user, backend=_BACKEND)
    record_authentication(request, user, method, reauthenticated=True)
    remember_browser(request, answer, user.email)
    return answer
