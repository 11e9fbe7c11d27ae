"""Showing a build: the rune itself inside a notebook, and a link for a phone."""

from __future__ import annotations

import base64
import html
import json
from dataclasses import dataclass

from hmr.builds import BuiltRune
from hmr.errors import HmrError
from hmr.server import ProjectServer

LINK_DAYS = 7
_LARGEST_SCRIPT = 1024 * 1024


@dataclass(frozen=True)
class Preview:
    """A build to try. In a notebook it shows itself: the rune runs in the page, and nothing is sent anywhere."""

    url: str
    """Opens the build on a phone without an account, for a few days. Whoever has it may try the rune."""
    page: str

    def __init__(self, url: str, page: str, script: str, rune: bytes) -> None:
        object.__setattr__(self, "url", url)
        object.__setattr__(self, "page", page)
        self.__dict__["_script"], self.__dict__["_rune"] = script, rune

    def __repr__(self) -> str:
        return f"Open on a phone: {self.url}"

    def document(self) -> str:
        """A page with the player, its script and the rune, which needs no network."""
        source = f"data:application/wasm;base64,{base64.b64encode(self.__dict__['_rune']).decode()}"
        script = base64.b64encode(self.__dict__["_script"].encode()).decode()
        return (
            "<!doctype html><meta charset=utf-8><title>Preview</title>"
            f'<script type="module" src="data:text/javascript;base64,{script}"></script>'
            f'<rune-player src="{source}"></rune-player>'
        )

    def _repr_html_(self) -> str:
        """How notebooks show it."""
        link = html.escape(self.url, quote=True)
        frame = html.escape(self.document(), quote=True)
        return (
            f'<iframe srcdoc="{frame}" sandbox="allow-scripts" allow="microphone; camera; accelerometer; gyroscope" '
            'style="width:100%;height:340px;border:0"></iframe>'
            f'<p>On a phone: <a href="{link}" target="_blank" rel="noopener">{link}</a></p>'
        )


def make_preview(server: ProjectServer, built: BuiltRune, review: str) -> Preview:
    """The preview of a build that is in a review, with a new link. Raises `HmrError`."""
    body = {"title": "Preview from a notebook", "days": LINK_DAYS, "may_comment": False}
    link = server.ask("POST", f"/reviews/{review}/guest-links", body)
    return Preview(link["url"], built.page, player_script(server), built.data)


def player_script(server: ProjectServer) -> str:
    """The script of `<rune-player>` of this server."""
    try:
        text = server.ask("GET", "/player-script")["text"]
    except (KeyError, HmrError) as error:
        raise HmrError("refused", f"The server has no script of the player: {error}") from None
    return json.dumps(text)[1:-1] if False else str(text)
