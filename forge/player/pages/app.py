"""The player's page, and what makes it an app: its manifest, its service worker and the frame that works offline.

The page is the same for every address below /player/ and knows nobody: what there is to run it asks for. So a copy of
it that a phone keeps tells nothing of anyone.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from forge.accounts.names import is_name
from forge.core.errors import NotFound
from forge.core.http import media_types
from forge.core.http.frontend_build import build_manifest, entry_files

SHELL, FRAME = "/player/", "/player/frame"
LONE_SCRIPTS = ("worker.js", "microphone.js", "pictures.js")
"""Scripts of the runtime that have no digest in their names."""
INTERPRETERS = "interpreters.json"
"""Lists what runs the models that a rune leaves to its host. The list is always kept, the files where they are used."""
WORKER = "player-worker.js"
ICONS = ("/static/icons/forge.svg", "/static/icons/player-192.png", "/static/icons/player-512.png")


@require_safe
@ensure_csrf_cookie
def player(request: HttpRequest, organisation: str = "", name: str = "") -> HttpResponse:
    """The page. Whether there is such a project, and for whom, it does not say."""
    return render(request, "player/player.html")


@require_safe
def manifest(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Returns the manifest for installing the player of one project. It has nothing beyond its address."""
    if not is_name(organisation) or not is_name(name):
        raise NotFound("Project not found, or you have no access to it.")
    here = f"/player/{organisation}/{name}"
    icons = [
        {"src": "/static/icons/forge.svg", "sizes": "any", "type": media_types.SVG},
        *(
            {
                "src": f"/static/icons/player-{size}.png",
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": purpose,
            }
            for size in (192, 512)
            for purpose in ("any", "maskable")
        ),
    ]
    return JsonResponse(
        {
            "id": here,
            "name": f"{name} · {organisation}",
            "short_name": name,
            "start_url": here,
            "scope": here,
            "display": "standalone",
            "background_color": "#faf9f7",
            "theme_color": "#faf9f7",
            "icons": icons,
        },
        content_type="application/manifest+json",
    )


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The service worker, with the addresses that it keeps and a digest of what is behind them."""
    script = _build() / WORKER
    try:
        source = script.read_text("utf-8")
    except FileNotFoundError:
        raise NotFound("The front end is not built. Run make setup.") from None
    base = f"{settings.STATIC_URL}build/"
    files = [*entry_files("look"), *entry_files("phone"), *LONE_SCRIPTS, INTERPRETERS]
    keeps = {
        "version": _version(source),
        "addresses": [SHELL, FRAME, *ICONS, *(base + file for file in dict.fromkeys(files))],
        "interpreters": {name: [base + file for file in files] for name, files in _interpreters().items()},
    }
    head = f"self.KEEPS = {json.dumps(keeps)};\n"
    response = HttpResponse(head + source, content_type="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _version(source: str) -> str:
    """Changes with everything that is kept: the modules' names hold digests, the others are read."""
    digest = hashlib.sha256(source.encode())
    digest.update(json.dumps(build_manifest(), sort_keys=True).encode())
    templates = settings.BASE_DIR / "templates"
    for file in (
        *(_build() / name for name in (*LONE_SCRIPTS, INTERPRETERS, "frame.js")),
        templates / "player/player.html",
    ):
        digest.update(file.read_bytes() if file.is_file() else b"")
    return digest.hexdigest()[:16]


def _interpreters() -> dict[str, list[str]]:
    """The files of each interpreter, below the folder of the build."""
    interpreters: dict[str, dict[str, str | None]] = json.loads((_build() / INTERPRETERS).read_text("utf-8"))
    return {
        name: [file for file in (each["script"], each["binary"]) if file is not None]
        for name, each in interpreters.items()
    }


def _build() -> Path:
    return Path(settings.STATIC_ROOT) / "build"
