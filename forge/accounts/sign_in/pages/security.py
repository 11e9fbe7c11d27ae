"""The page of what keeps an account safe: password, second factor, passkeys, recovery codes."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate, get_reauthentication_flows
from allauth.mfa.models import Authenticator
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from forge.accounts.access import organisations_requiring_second_factor
from forge.accounts.models import ApiToken
from forge.accounts.principals import principal_of, signed_in_user
from forge.accounts.sign_in.recent import asks_old_password, must_sign_in_again, signed_in_by_recent_link
from forge.accounts.sign_in.second_factor import factors_of
from forge.core.http.pages import for_person

SECURITY = "account/security.html"


@for_person
@require_GET
def security(request: HttpRequest) -> HttpResponse:
    """Shows the ways in which the person signs in, and those that they can add."""
    return render(request, SECURITY, security_of(request) | {"saved": "saved" in request.GET})


@require_GET
def to_security(request: HttpRequest) -> HttpResponse:
    """allauth's list of passkeys, which is on that page."""
    return redirect("mfa_index")


@for_person
@require_GET
def confirm_identity(request: HttpRequest) -> HttpResponse:
    """Leads to the page on which the person proves who they are, or where they set up a way to do so."""
    if not get_reauthentication_flows(signed_in_user(request)):
        return redirect("mfa_index")
    page, end = reverse("account_reauthenticate"), reverse("identity-confirmed")
    return redirect(f"{page}?{urlencode({REDIRECT_FIELD_NAME: end})}")


@for_person
@require_GET
def identity_confirmed(request: HttpRequest) -> HttpResponse:
    """Shows the confirmation: the person continues in the tab in which they were asked."""
    return render(request, "account/confirmed.html", {"confirmed": confirmed_recently(request)})


def confirmed_recently(request: HttpRequest) -> bool:
    """Returns whether the person proved within the last minutes, with a password, a passkey or a code, who they are.

    A link proves that somebody has it, and an account without any of the three proves nothing.
    """
    user = request.user
    if not user.is_authenticated or not get_reauthentication_flows(user):
        return False
    return did_recently_reauthenticate(request) and not signed_in_by_recent_link(request)


def security_of(request: HttpRequest) -> dict[str, Any]:
    """Returns the data of the page for a person."""
    user = signed_in_user(request)
    factors = factors_of(user)
    codes = [each for each in factors if each.type == Authenticator.Type.RECOVERY_CODES]
    return {
        "token_count": ApiToken.objects.visible_to(principal_of(request)).alive().count(),
        "asks_old": asks_old_password(request),
        "must_sign_in_again": must_sign_in_again(request),
        "app": next((each for each in factors if each.type == Authenticator.Type.TOTP), None),
        "passkeys": [each for each in factors if each.type == Authenticator.Type.WEBAUTHN],
        "codes_left": len(codes[0].wrap().get_unused_codes()) if codes else None,
        "blocked_organisations": organisations_requiring_second_factor(user) if user.blocked_organisations else [],
    }
