"""A project's README as safe HTML: without raw HTML, external pictures or followed links."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

LIMIT = 200_000
"""Characters of a README that are shown."""
_SCHEMES = ("https://", "http://", "mailto:")


def render_readme(text: str) -> SafeString:
    """The HTML of a README. Its headings begin one level below the page's own."""
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": 20}).enable("table")
    tokens = parser.parse(text[:LIMIT])
    _make_harmless(tokens)
    # The parser escapes all text, and writes no tag but its own.
    html: str = parser.renderer.render(tokens, parser.options, {})
    # A long line of code scrolls, for the keyboard too; text cannot hold a tag, so this finds none of it.
    return mark_safe(html.replace("<pre>", '<pre tabindex="0">'))  # noqa: S308


def _make_harmless(tokens: Sequence[Token]) -> None:
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 1)}"
        if token.type == "inline" and token.children is not None:
            token.children = [_harmless(child) for child in token.children]


def _harmless(token: Token) -> Token:
    if token.type == "link_open":
        address = str(token.attrGet("href") or "")
        token.attrs = {"rel": "nofollow noopener ugc"}
        if address.lower().startswith(_SCHEMES):
            token.attrs["href"] = address
    elif token.type == "image":
        # A picture would tell its host who reads; its words are shown instead.
        words = token.content or "a picture"
        return Token("text", "", 0, content=f"[{words}]")
    return token
