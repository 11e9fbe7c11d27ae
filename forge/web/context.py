"""The data that every template can use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from forge.accounts.principals import principal_of
from forge.core.http.proxies import unnamed_proxy
from forge.notices.access import unread_count
from forge.web.docs.guides import guide_of


def page(request: HttpRequest) -> dict[str, Any]:
    """The installation: its public address, whether anyone else can open it, how people sign in; what explains the
    page, and the number of unread notices."""
    return {
        "public_url": settings.PUBLIC_URL,
        "public_url_is_loopback": settings.PUBLIC_URL_IS_LOOPBACK,
        "has_passkeys": settings.PASSKEYS,
        "services": settings.SIGN_ON,
        "email_is_sent": settings.EMAIL_IS_SENT,
        "report_address": settings.REPORT_ADDRESS,
        "unnamed_proxy": unnamed_proxy(),
        "guide": lambda: guide_of(request),
        # Counted by the pages alone that show it.
        "unread_notices": lambda: unread_count(principal_of(request)),
    }
