"""A person's own pages: name and address, setting a password, and tokens."""

from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from forge.accounts.access import is_confirmed, wanted_address
from forge.accounts.errors import BadAccount, LinkEnded
from forge.accounts.grants.access import own_things
from forge.accounts.people.actions import account, addresses
from forge.accounts.principals import principal_of, signed_in_user
from forge.accounts.sign_in.pages.security import SECURITY, security_of
from forge.accounts.sign_in.recent import SIGN_IN_AGAIN, asks_old_password, must_sign_in_again
from forge.core.http.pages import for_person, show_again

_PROFILE, _CONFIRM = "account/profile.html", "account/confirm.html"


@for_person
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name, what one's page says, and the address."""
    if request.method == "GET":
        return render(request, _PROFILE, _profile(request) | {"saved": "saved" in request.GET})
    form = request.POST
    try:
        if "page" in form:
            account.update_page(signed_in_user(request), about=form.get("about", ""), shows_page="shows_page" in form)
        else:
            account.update_profile(signed_in_user(request), name=form.get("name", ""))
    except BadAccount as error:
        return show_again(request, _PROFILE, _profile(request), error)
    return redirect("/accounts/profile?saved")


@for_person
@sensitive_post_parameters("old")
@require_POST
def address(request: HttpRequest) -> HttpResponse:
    """Sends a link to confirm the present address, or another one that takes its place.

    Another one asks for the password, as changing that does: a new password can be had by a link to the address. Who
    has no password must have signed in just now.
    """
    user, email = signed_in_user(request), request.POST.get("email", "")
    try:
        if email.strip().lower() != user.email.lower():
            _require_owner(request, "The address was not changed.")
        if not ratelimit.consume(request, action="confirm_address", user=user):
            raise BadAccount("No email was sent.", errors={"email": ["Too many emails. Wait for ten minutes."]})
        addresses.ask_for_address(user, email)
    except BadAccount as error:
        return show_again(request, _PROFILE, _profile(request), error)
    return render(request, _PROFILE, _profile(request) | {"sent_to": email.strip().lower()})


def _profile(request: HttpRequest) -> dict[str, Any]:
    user = signed_in_user(request)
    return {
        "is_confirmed": is_confirmed(user),
        "wanted": wanted_address(user),
        "asks_old": asks_old_password(request),
        "must_sign_in_again": must_sign_in_again(request),
    }


@for_person
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("token")
def confirm(request: HttpRequest) -> HttpResponse:
    """Confirms an address by the link that was sent to it: the page's script sends its token here."""
    if request.method == "GET":
        return render(request, _CONFIRM)
    try:
        email = addresses.confirm_address(signed_in_user(request), request.POST.get("token", ""))
    except (LinkEnded, BadAccount) as error:
        return show_again(request, _CONFIRM, {}, error)
    return render(request, _CONFIRM, {"confirmed": email})


@for_person
@sensitive_post_parameters("old", "password")
@require_POST
def password(request: HttpRequest) -> HttpResponse:
    """Sets a password, or changes it, which asks for the old one except after signing in by a printed link.

    A person without one must have signed in just now.
    """
    user = signed_in_user(request)
    try:
        _require_owner(request, "The password was not changed.")
        account.set_password(user, request.POST.get("password", ""))
    except BadAccount as error:
        return show_again(request, SECURITY, security_of(request), error)
    update_session_auth_hash(request, user)
    return redirect("/accounts/made?new-password" if own_things(principal_of(request)) else "/accounts/security?saved")


def _require_owner(request: HttpRequest, refusal: str) -> None:
    """Requires the owner of the account: a person at a browser that is signed in must not take the account, or guess
    the password.

    Raises `BadAccount`.
    """
    user = signed_in_user(request)
    if must_sign_in_again(request):
        # Who has a second factor need not sign out for that.
        confirm = reverse("confirm-identity") if user.has_second_factor else ""
        raise BadAccount(f"{refusal} {SIGN_IN_AGAIN}", confirm=confirm)
    if not asks_old_password(request):
        return
    if not ratelimit.consume(request, action="change_password", user=user):
        raise BadAccount(refusal, errors={"old": ["Too many attempts. Wait for a minute."]})
    if not user.check_password(request.POST.get("old", "")):
        raise BadAccount(refusal, errors={"old": ["This is not your password."]})
