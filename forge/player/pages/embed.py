"""Public runes on other people's pages: the script that they name, and the page that it opens in a frame.

The page knows nobody: it is answered as to a visitor, no matter who asks, and there is nothing on it to press but the
player. So pages of any site may embed it.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from forge.accounts.permissions import Verb
from forge.accounts.principals import VISITOR
from forge.core.errors import DomainError, NotFound
from forge.projects.access import find_project
from forge.projects.models import Visibility
from forge.registry.tags.access import default_tag, find_tag, tags_of
from forge.registry.tags.pulling.examples import examples_of_tag

SCRIPT = "1.js"
"""The script in foreign pages: its bytes never change; another interface is another file."""
_MISSING = "This rune is not there, or it is not shared with everyone."


def script_path() -> Path:
    """The script's file."""
    return Path(settings.STATIC_ROOT) / "player" / SCRIPT


def script_integrity() -> str:
    """Returns the digest of the script as pages write it."""
    return f"sha384-{base64.b64encode(hashlib.sha384(script_path().read_bytes()).digest()).decode()}"


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """The script, which pages of any origin may load and compare with its digest."""
    response = HttpResponse(script_path().read_bytes(), content_type="text/javascript; charset=utf-8")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]  # the package types views without arguments
def embed(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """The player of a public rune, or, `as=module`, the rune without a face for the script of the page around it."""
    kind = "module" if request.GET.get("as") == "module" else "player"
    context: dict[str, object] = {"as": kind}
    try:
        project = find_project(VISITOR, organisation, name, Verb.SEE)
        if project.visibility != Visibility.PUBLIC:
            raise NotFound(_MISSING)
        tag_name = request.GET.get("tag")
        tag = find_tag(VISITOR, project, tag_name) if tag_name else default_tag(tags_of(VISITOR, project))
        if tag is None or tag.build.artefact is None:
            raise NotFound(_MISSING)
    except DomainError:
        return render(request, "player/embed.html", context | {"missing": _MISSING}, status=404)
    context |= {
        "project": project,
        "tag": tag,
        "memory": tag.build.artefact.planned_memory,
        "examples": examples_of_tag(project, tag),
        "rune_url": f"/api/v1/projects/{project.full_name}/tags/{tag.name}/rune",
    }
    return render(request, "player/embed.html", context)
