"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, Any]:
    """The installation's public address, and whether anyone else can open it."""
    return {"public_url": settings.PUBLIC_URL, "public_url_is_loopback": settings.PUBLIC_URL_IS_LOOPBACK}
