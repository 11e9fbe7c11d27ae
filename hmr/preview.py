"""Showing a build: the rune itself inside a notebook, and a link for a phone."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from dataclasses import dataclass

from hmr.builds import BuiltRune
from hmr.deployments import deploy, publish
from hmr.errors import HmrError
from hmr.server import ProjectServer

LINK_DAYS = 7
TAG, TITLE = "preview", "Preview"
"""The tag, which moves, and the title of the deployment."""
_LARGEST_SCRIPT = 1024 * 1024


@dataclass(frozen=True, repr=False)
class Preview:
    """A build to try. In a notebook it shows itself: the rune runs in the page, and nothing is sent anywhere."""

    url: str
    """Opens the build on a phone without an account, for a few days. Anybody who has it may try the rune."""
    page: str
    script: str
    """The script of `<rune-player>`."""
    rune: bytes

    def __repr__(self) -> str:
        return f"Open on a phone: {self.url}"

    def document(self) -> str:
        """A page with the player, its script and the rune, which needs no network."""
        source = f"data:application/wasm;base64,{base64.b64encode(self.rune).decode()}"
        script = base64.b64encode(self.script.encode()).decode()
        return (
            "<!doctype html><meta charset=utf-8><title>Preview</title>"
            f'<script type="module" src="data:text/javascript;base64,{script}"></script>'
            f'<rune-player src="{source}"></rune-player>'
        )

    def _repr_html_(self) -> str:
        """Returns the HTML that notebooks show."""
        link = html.escape(self.url, quote=True)
        frame = html.escape(self.document(), quote=True)
        return (
            f'<iframe srcdoc="{frame}" sandbox="allow-scripts" allow="microphone; camera; accelerometer; gyroscope" '
            'style="width:100%;height:340px;border:0"></iframe>'
            f'<p>On a phone: <a href="{link}" target="_blank" rel="noopener">{link}</a></p>'
        )


def make_preview(server: ProjectServer, build: BuiltRune) -> Preview:
    """The preview of a build: publishes it under the tag `preview`, and makes the deployment "Preview" serve it, with a
    link that ends. Raises `HmrError` where the project's rules keep the build from being served."""
    script = player_script(server)
    publish(server, build, TAG)
    deployed_rune = deploy(server, TAG, TITLE, "web", (), LINK_DAYS)
    return Preview(deployed_rune.link, build.page, script, build.data)


def player_script(server: ProjectServer) -> str:
    """The script of `<rune-player>` of this server, compared with the digest that the server names."""
    try:
        about = json.loads(server.fetch(f"{server.address}/d/rune-player", _LARGEST_SCRIPT))
        url, integrity = str(about["url"]), str(about["integrity"])
    except (ValueError, KeyError, TypeError):
        raise HmrError("refused", f"{server.address} has no script of the player.") from None
    if not url.startswith(f"{server.address}/"):
        raise HmrError("refused", f"{server.address} names a script of another server: {url}")
    script = server.fetch(url, _LARGEST_SCRIPT)
    if integrity != f"sha384-{base64.b64encode(hashlib.sha384(script).digest()).decode()}":
        raise HmrError("refused", f"The script of {url} has another digest than {integrity}.")
    return script.decode()
