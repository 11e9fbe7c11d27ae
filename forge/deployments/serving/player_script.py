"""The script of `<rune-player>` for pages of other sites. Its address has its digest, so its bytes never change.

Pages name the digest (`integrity`), and go on loading the script that they name after an upgrade of the server. So each
release's script is stored, with the second one that it loads by its digest where a page demands signed documents.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.utils.http import parse_etags
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from forge.core.errors import NotFound
from forge.core.http.compression import accepts_gzip, gzipped
from forge.deployments.models import StoredPlayerScript
from forge.deployments.serving.answers import FOR_EVER
from forge.deployments.snippets.texts import PlayerScript

STORE_EVERY = 3600.0
"""Seconds between looks at whether the script of this release is stored."""
_JAVASCRIPT = "text/javascript; charset=utf-8"


def script_file() -> Path:
    """The script that the front end's build wrote."""
    return Path(settings.STATIC_ROOT) / "build/sdk/rune-player.js"


def _files() -> list[Path]:
    """The scripts that the front end's build wrote: that one, and the one that it loads."""
    files = (script_file(), script_file().with_name("rune-player-deployment.js"))
    return [file for file in files if file.is_file()]


def current_script() -> PlayerScript | None:
    """The script of this release, or None where the front end is not built."""
    try:
        changed = script_file().stat().st_mtime_ns
    except FileNotFoundError:
        return None
    return _described(script_file(), changed)


@cache
def _described(file: Path, changed: int) -> PlayerScript:
    """The script in a file that was last changed then."""
    data = file.read_bytes()
    integrity = base64.b64encode(hashlib.sha384(data).digest()).decode()
    return PlayerScript(f"{settings.PUBLIC_URL}/d/rune-player/{_digest(file, changed)}.js", f"sha384-{integrity}")


@cache
def _digest(file: Path, changed: int) -> str:
    """The SHA-256 of a file that was last changed then."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def store_script() -> None:
    """Stores the scripts of this release, if they are not stored yet."""
    texts = {_digest(file, file.stat().st_mtime_ns): file for file in _files()}
    stored = set(StoredPlayerScript.objects.filter(pk__in=texts).values_list("pk", flat=True))
    StoredPlayerScript.objects.bulk_create(
        [
            StoredPlayerScript(digest=digest, text=file.read_text("utf-8"))
            for digest, file in texts.items()
            if digest not in stored
        ],
        ignore_conflicts=True,
    )


@csrf_exempt
@require_safe
def current_player_script(request: HttpRequest) -> HttpResponse:
    """The address of the script of this release, and its digest as pages write it: for programs that embed it."""
    script = current_script()
    if script is None:
        raise NotFound("The front end of this server is not built.")
    response = JsonResponse({"url": script.url, "integrity": script.integrity})
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "no-cache"
    return response


@csrf_exempt
@require_safe
def player_script(request: HttpRequest, digest: str) -> HttpResponse:
    """A script with this digest, which pages of any origin may load. Raises `NotFound`."""
    etag = f'"{digest}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response: HttpResponse = HttpResponseNotModified()
    else:
        data = _script_of(digest)
        is_compressed = accepts_gzip(request)
        response = HttpResponse(data, content_type=_JAVASCRIPT)
        if is_compressed:
            response = gzipped(data, _JAVASCRIPT)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["ETag"] = etag
    return response


def _script_of(digest: str) -> bytes:
    for file in _files():
        if _digest(file, file.stat().st_mtime_ns) == digest:
            return file.read_bytes()
    stored = StoredPlayerScript.objects.filter(pk=digest).first()
    if stored is None:
        raise NotFound("This server has no such script. Copy the line from the deployment's page again.")
    return stored.text.encode()
