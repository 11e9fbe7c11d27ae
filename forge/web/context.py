"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from forge.core.proxies import unnamed_proxy


def page(request: HttpRequest) -> dict[str, Any]:
    """The installation: its public address, whether anyone else can open it, and how people sign in."""
    return {
        "public_url": settings.PUBLIC_URL,
        "public_url_is_loopback": settings.PUBLIC_URL_IS_LOOPBACK,
        "has_passkeys": settings.PASSKEYS,
        "services": settings.SIGN_ON,
        "email_is_sent": settings.EMAIL_IS_SENT,
        "unnamed_proxy": unnamed_proxy(),
    }
