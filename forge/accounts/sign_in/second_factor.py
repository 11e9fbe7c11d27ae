"""The second factor as allauth keeps it: its secrets are encrypted in the database, and it bears this server's name."""

from __future__ import annotations

import base64
import io
from urllib.parse import urlsplit

import segno
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from forge.accounts.errors import SecondFactorUnreadable
from forge.accounts.models import User


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Codes of an app, passkeys and recovery codes."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This did not work. Check the code, or try again."
    }

    def get_totp_issuer(self) -> str:
        host = urlsplit(settings.PUBLIC_URL).hostname
        return "Hammer Forge" if settings.PUBLIC_URL_IS_LOOPBACK else f"Hammer Forge {host}"

    def build_totp_svg(self, url: str) -> str:
        svg = io.BytesIO()
        # White stays white in the dark: not every app reads a code with its colours turned round.
        segno.make(url, error="m", micro=False).save(
            svg, kind="svg", scale=5, border=3, light="#fff", xmldecl=False, omitsize=True
        )
        return svg.getvalue().decode()

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            raise SecondFactorUnreadable from None

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": urlsplit(settings.PUBLIC_URL).hostname or "", "name": "Hammer Forge"}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 (allauth's)
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return "Passkey" if number == 1 else f"Passkey {number}"


def factors_of(user: User) -> list[Authenticator]:
    """Returns the factors that a person has set up, recovery codes included, the first one first."""
    return list(Authenticator.objects.filter(user=user).order_by("created_at"))


def _cipher() -> Fernet:
    """A key for this purpose alone, from the key of the installation: a copy of the database opens no account."""
    key = HKDF(SHA256(), 32, salt=None, info=b"forge.accounts.sign_in.second_factor").derive(
        settings.SECRET_KEY.encode()
    )
    return Fernet(base64.urlsafe_b64encode(key))
