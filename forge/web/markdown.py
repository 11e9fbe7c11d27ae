"""What people wrote in Markdown as safe HTML: without raw HTML, external pictures or followed links."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from forge.reviews.mentions import Names, pieces

LIMIT = 200_000
"""Characters of a README that are shown."""
_SCHEMES = ("https://", "http://", "mailto:")


def render_readme(text: str) -> SafeString:
    """The HTML of a README. Its headings begin one level below the page's own."""
    parser = _parser()
    tokens = parser.parse(text[:LIMIT])
    _make_harmless(tokens, below=1)
    return _html(parser, tokens)


def render_page(text: str, address_of: Callable[[str], str | None], anchor_of: Callable[[str], str]) -> SafeString:
    """The HTML of a page of our own documentation: headings have anchors, links and pictures lead where `address_of`
    says."""
    parser = _parser()
    tokens = parser.parse(text)
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", anchor_of(tokens[number + 1].content))
        if token.type == "inline" and token.children is not None:
            token.children = [_linked(child, address_of) for child in token.children]
    return _html(parser, tokens)


def _linked(token: Token, address_of: Callable[[str], str | None]) -> Token:
    if token.type == "link_open":
        address = address_of(str(token.attrGet("href") or ""))
        token.attrs = {} if address is None else {"href": address}
        return token
    if token.type == "image":
        # One of ours: another's would tell its host who reads.
        address = address_of(str(token.attrGet("src") or ""))
        if address is not None and address.startswith("/docs/"):
            token.attrs = {"src": address, "alt": "", "loading": "lazy"}
            return token
    return _harmless(token)


def render_comment(text: str, names: Names) -> SafeString:
    """The HTML of a comment, with mentions marked. Its headings are small, and a line ends where it was ended."""
    parser = _parser(breaks=True)
    tokens = parser.parse(text)
    _make_harmless(tokens, below=3)
    for token in tokens:
        if token.children:
            token.children = [part for child in token.children for part in _with_mentions(child, names)]
    return _html(parser, tokens)


def _parser(*, breaks: bool = False) -> MarkdownIt:
    options = {"html": False, "linkify": False, "breaks": breaks, "maxNesting": 20}
    return MarkdownIt("commonmark", options).enable("table")


def _html(parser: MarkdownIt, tokens: Sequence[Token]) -> SafeString:
    # The parser escapes all text, and writes no tag but its own.
    html: str = parser.renderer.render(tokens, parser.options, {})
    # What is wide scrolls, for the keyboard too; text cannot hold a tag, so this finds none of it.
    for tag in ("pre", "table"):
        html = html.replace(f"<{tag}>", f'<{tag} tabindex="0">')
    return mark_safe(html)  # noqa: S308


def _with_mentions(token: Token, names: Names) -> list[Token]:
    if token.type != "text":
        return [token]
    found = []
    for text, is_mention in pieces(token.content, names):
        word = Token("text", "", 0, content=text)
        marked = [
            Token("strong_open", "strong", 1, attrs={"class": "mention"}),
            word,
            Token("strong_close", "strong", -1),
        ]
        found += marked if is_mention else [word]
    return found


def _make_harmless(tokens: Sequence[Token], *, below: int) -> None:
    """Headings begin `below` as many of the page's levels."""
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + below)}"
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
