"""The forms of passkeys: allauth's, with a limit on the name."""

from __future__ import annotations

from typing import Final

from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms

LONGEST_PASSKEY_NAME: Final = 60
"""Characters of the name of a passkey."""


class NewPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """A passkey and its name, which may be empty."""

    name = forms.CharField(required=False, max_length=LONGEST_PASSKEY_NAME)


class PasskeyNameForm(EditWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """A new name of a passkey."""

    name = forms.CharField(max_length=LONGEST_PASSKEY_NAME)
