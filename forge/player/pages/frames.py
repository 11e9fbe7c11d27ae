"""The frame in which foreign runes run: an opaque origin without network, session or storage.

Its own policy replaces the pages'. The script is inlined with a nonce, since a frame of opaque origin may load nothing.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.clickjacking import xframe_options_exempt, xframe_options_sameorigin

from forge.core.errors import NotFound


def frame_policy(source: str, ancestors: str = "'self'") -> str:
    """The frame's Content-Security-Policy; `source` says which script is its own, by a nonce or a digest, and
    `ancestors` on whose pages it may stand."""
    return (
        "sandbox allow-scripts; default-src 'none'; "
        f"script-src '{source}' blob: 'wasm-unsafe-eval'; worker-src blob:; connect-src 'none'; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
    )


@xframe_options_sameorigin
def frame(request: HttpRequest) -> HttpResponse:
    """The frame's page. It knows nobody: no cookie is read, nothing of a person is in it."""
    nonce = secrets.token_urlsafe(16)
    page = format_html(_PAGE, format_html(' nonce="{}"', nonce), _script())
    return _as_frame(HttpResponse(page), f"nonce-{nonce}")


@xframe_options_sameorigin
def offline_frame(request: HttpRequest) -> HttpResponse:
    """The same page for the player, which a service worker keeps with its headers and gives without a network.

    A service worker does not answer for a frame with the attribute `sandbox`; the player's has none, and this policy
    alone makes its origin opaque. The script is named by its digest: a nonce would be kept with it.
    """
    script = _script()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return _as_frame(HttpResponse(format_html(_PAGE, "", script)), f"sha256-{digest}")


@xframe_options_exempt
def embedded_frame(request: HttpRequest) -> HttpResponse:
    """The same page inside of a player that stands on somebody else's page: all pages around a frame are its ancestors.

    It holds a script of ours alone and runs what the player in the middle gives it, so nobody gains by framing it.
    """
    nonce = secrets.token_urlsafe(16)
    page = format_html(_PAGE, format_html(' nonce="{}"', nonce), _script())
    return _as_frame(HttpResponse(page), f"nonce-{nonce}", ancestors="*")


_PAGE = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Rune</title><script{}>{}</script></html>'


def _script() -> SafeString:
    script = Path(settings.STATIC_ROOT) / "build" / "frame.js"
    try:
        source = script.read_text("utf-8")
    except FileNotFoundError:
        raise NotFound("The front end is not built. Run make setup.") from None
    # Ours and not a user's; only what would end the script element early is written in another way.
    return mark_safe(source.replace("</script", "<\\/script").replace("<!--", "<\\!--"))  # noqa: S308


def _as_frame(response: HttpResponse, source: str, ancestors: str = "'self'") -> HttpResponse:
    response.headers["Content-Security-Policy"] = frame_policy(source, ancestors)
    response.headers["Permissions-Policy"] = "camera=(), microphone=(), accelerometer=(), gyroscope=(), geolocation=()"
    return response
