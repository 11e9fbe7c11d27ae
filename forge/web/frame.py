"""The frame in which foreign runes run: an opaque origin without network, session or storage.

Its own policy replaces the pages'. The script is inlined with a nonce, since a frame of opaque origin may load nothing.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.views.decorators.clickjacking import xframe_options_sameorigin

from forge.core.errors import NotFound


def frame_policy(nonce: str) -> str:
    """The frame's Content-Security-Policy."""
    return (
        "sandbox allow-scripts; default-src 'none'; "
        f"script-src 'nonce-{nonce}' blob: 'wasm-unsafe-eval'; worker-src blob:; connect-src 'none'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )


@xframe_options_sameorigin
def frame(request: HttpRequest) -> HttpResponse:
    """The frame's page. It knows nobody: no cookie is read, nothing of a person is in it."""
    script = Path(settings.STATIC_ROOT) / "build" / "frame.js"
    try:
        source = script.read_text("utf-8")
    except FileNotFoundError:
        raise NotFound("The front end is not built. Run make setup.") from None
    nonce = secrets.token_urlsafe(16)
    # Ours and not a user's; only what would end the script element early is written in another way.
    inline = mark_safe(source.replace("</script", "<\\/script").replace("<!--", "<\\!--"))  # noqa: S308
    page = format_html(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Rune</title><script nonce="{}">{}</script></html>',
        nonce,
        inline,
    )
    response = HttpResponse(page)
    response.headers["Content-Security-Policy"] = frame_policy(nonce)
    response.headers["Permissions-Policy"] = "camera=(), microphone=(), accelerometer=(), gyroscope=(), geolocation=()"
    return response
