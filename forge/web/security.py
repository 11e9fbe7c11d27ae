"""The page of what keeps an account safe: password, second factor, passkeys, recovery codes."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from forge.accounts.access import organisations_kept_out_of
from forge.accounts.models import User
from forge.accounts.second_factor import factors_of
from forge.web.pages import for_person, person

SECURITY = "account/security.html"


@for_person
@require_GET
def security(request: HttpRequest) -> HttpResponse:
    """What signs the person in, and what they can add."""
    return render(request, SECURITY, security_of(person(request)) | {"saved": "saved" in request.GET})


@require_GET
def to_security(request: HttpRequest) -> HttpResponse:
    """allauth's list of passkeys, which is on that page."""
    return redirect("mfa_index")


def security_of(user: User) -> dict[str, Any]:
    """What the page shows of a person."""
    factors = factors_of(user)
    codes = [each for each in factors if each.type == Authenticator.Type.RECOVERY_CODES]
    return {
        "app": next((each for each in factors if each.type == Authenticator.Type.TOTP), None),
        "passkeys": [each for each in factors if each.type == Authenticator.Type.WEBAUTHN],
        "codes_left": len(codes[0].wrap().get_unused_codes()) if codes else None,
        "kept_out": organisations_kept_out_of(user) if user.kept_out else [],
    }
