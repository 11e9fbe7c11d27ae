"""A page that runs what a deployment serves, for anybody who has its link: on a phone, without an account.

The key is in the fragment of the link, which browsers send to nobody. The page is the same for every name, so it tells
nothing of what is there: its script asks the deployment's address as any app does.
"""

from __future__ import annotations

import base64
import hashlib

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from forge.core.errors import NotFound
from forge.deployments.serving.player_script import current_script

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;padding:24px 16px;max-width:480px;color-scheme:light dark}"
    "h1{font-size:20px;margin:0 0 16px}p{color:GrayText;font-size:14px}"
)
_SCRIPT_TEXT = (
    'const player=document.createElement("rune-player");'
    'player.setAttribute("src",location.href.replace(/\\/try[?#].*$|\\/try$/,""));'
    'player.setAttribute("key",new URLSearchParams(location.hash.slice(1)).get("key")??"");'
    "{telemetry}"
    'addEventListener("hashchange",()=>location.reload());'
    'document.querySelector("main").replaceChildren(player);'
)
_SCRIPT = _SCRIPT_TEXT.replace("{telemetry}", "")
_SCRIPT_OF_PREVIEW = _SCRIPT_TEXT.replace("{telemetry}", 'player.setAttribute("telemetry","refused");')
"""A preview counts nothing, so that nobody is asked."""
_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{name}</title>'
    '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
    '<style>{style}</style><script type="module" src="{url}" integrity="{integrity}"></script></head>'
    "<body><h1>{name}</h1><main></main><p>It runs on this device. What the sensors measure is not sent anywhere.</p>"
    "<script>{script}</script></body></html>"
)


@require_safe
def try_page(request: HttpRequest, organisation: str, name: str, deployment: str) -> HttpResponse:
    """The page of a deployment. Raises `NotFound` where the front end is not built."""
    return page_for(f"{name} {deployment}")


def page_for(title: str, *, is_preview: bool = False) -> HttpResponse:
    """The page that runs what the address above its own serves. Raises `NotFound` where the front end is not built."""
    script = current_script()
    start = _SCRIPT_OF_PREVIEW if is_preview else _SCRIPT
    if script is None:
        raise NotFound("The front end of this server is not built. Run make setup.")
    page = format_html(
        _PAGE,
        name=title,
        style=mark_safe(_STYLE),  # noqa: S308  texts of this module
        script=mark_safe(start),  # noqa: S308
        url=script.url,
        integrity=script.integrity,
    )
    response = HttpResponse(page)
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'self' 'wasm-unsafe-eval' {_digest(start)}; style-src {_digest(_STYLE)}; "
        "worker-src blob:; connect-src 'self'; media-src blob:; img-src blob: data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-cache"
    return response


def _digest(text: str) -> str:
    """An inline script or style as a policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
