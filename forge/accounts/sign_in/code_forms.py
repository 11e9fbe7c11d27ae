"""The forms that take a code of the second factor: allauth's, which take each code once as long as it is valid."""

from __future__ import annotations

from typing import Final

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.base.internal.flows import check_rate_limit
from django import forms
from django.core.cache import cache

VALID_SECONDS: Final = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
"""The seconds for which an app's code is accepted. allauth remembers a code that was used for one of these periods
only."""


class _EachCodeOnce(forms.Form):
    """Refuses a code that the person used while it is still valid."""

    def clean_code(self) -> str:
        key = f"second-factor-code:{self.user.pk}:{normalize_user_code(self.cleaned_data['code'])}"  # type: ignore[attr-defined]
        if cache.get(key):
            check_rate_limit(self.user)  # type: ignore[attr-defined]
            raise get_adapter().validation_error("incorrect_code")
        code: str = super().clean_code()  # type: ignore[misc]
        if not cache.add(key, True, VALID_SECONDS):  # used meanwhile by another request
            raise get_adapter().validation_error("incorrect_code")
        return code


class CodeForm(_EachCodeOnce, AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    """A code at sign-in."""


class CodeAgainForm(_EachCodeOnce, ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    """A code before a change of how somebody signs in."""
