"""The script of `<rune-player>` for pages of other sites. Its address has its digest, so its bytes never change.

Pages name the digest (`integrity`), and go on loading the script that they name after an upgrade of the server. So each
release's script is stored, with those that it loads by their digests: where a page demands signed documents, where a
deployment counts answers, and where it may ask for samples.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache
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
_FILES = ("rune-player.js", "rune-player-deployment.js", "rune-player-telemetry.js", "rune-player-samples.js")
"""The script, and those that it loads."""
_JAVASCRIPT = "text/javascript; charset=utf-8"


@dataclass(frozen=True)
class _BuiltFile:
    """A script that the front end's build wrote. `digest` is its SHA-256 in hexadecimal; pages name `integrity`."""

    data: bytes
    digest: str
    integrity: str


def current_script() -> PlayerScript | None:
    """The script of this release, or None where the front end is not built."""
    script = _built_file(_FILES[0])
    if script is None:
        return None
    return PlayerScript(f"{settings.PUBLIC_URL}/d/rune-player/{script.digest}.js", script.integrity)


def store_script() -> None:
    """Stores the scripts of this release, if they are not stored yet."""
    current = _current_files()
    stored_digests = set(StoredPlayerScript.objects.filter(pk__in=current).values_list("pk", flat=True))
    missing = [each for each in current.values() if each.digest not in stored_digests]
    StoredPlayerScript.objects.bulk_create(
        [StoredPlayerScript(digest=each.digest, text=each.data.decode()) for each in missing], ignore_conflicts=True
    )


def _current_files() -> dict[str, _BuiltFile]:
    """The scripts of this release by their digests; none where the front end is not built."""
    return {script.digest: script for name in _FILES if (script := _built_file(name)) is not None}


def _built_file(name: str) -> _BuiltFile | None:
    file = Path(settings.STATIC_ROOT) / "build/sdk" / name
    try:
        return _read(file, file.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=len(_FILES))
def _read(file: Path, changed: int) -> _BuiltFile:
    """Reads a file that was last changed then (nanoseconds since 1970), once."""
    data = file.read_bytes()
    integrity = base64.b64encode(hashlib.sha384(data).digest()).decode()
    return _BuiltFile(data, hashlib.sha256(data).hexdigest(), f"sha384-{integrity}")


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
    if (current := _current_files().get(digest)) is not None:
        return current.data
    script = StoredPlayerScript.objects.filter(pk=digest).first()
    if script is None:
        raise NotFound("This server has no such script. Copy the line from the deployment's page again.")
    return script.text.encode()
