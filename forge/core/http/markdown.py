"""People's Markdown as safe HTML: without raw HTML, external pictures or followed links."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

LIMIT = 200_000
"""Characters of a README that are shown."""
_SCHEMES = ("https://", "http://", "mailto:")


def render_readme(text: str) -> SafeString:
    """The HTML of a README. Its headings begin one level below the page's own."""
    parser = markdown_parser()
    tokens = parser.parse(text[:LIMIT])
    make_harmless(tokens, below=1)
    return to_html(parser, tokens)


@dataclass(frozen=True)
class PageHeading:
    """A heading of a page, below its title."""

    words: str
    anchor: str
    level: int
    """2 for those right below the title."""


@dataclass(frozen=True)
class Page:
    """A page of our own documentation."""

    html: SafeString
    sections: tuple[PageHeading, ...]


def render_page(text: str, address_of: Callable[[str], str | None], anchor_of: Callable[[str], str]) -> Page:
    """A page of our own documentation: headings have anchors, links and pictures lead where `address_of` says. What
    stands in a comment is for those who change the file."""
    parser = markdown_parser()
    tokens = _without_comments(parser.parse(text))
    sections = []
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            token.attrSet("id", anchor_of(inline.content))
            level, words = int(token.tag[1]), "".join(child.content for child in inline.children or ())
            sections.append(PageHeading(words, anchor_of(inline.content), level))
    for token in tokens:
        if token.type == "inline" and token.children is not None:
            token.children = _with_links(token.children, address_of)
    return Page(to_html(parser, tokens), tuple(section for section in sections if section.level in (2, 3)))


def _without_comments(tokens: Sequence[Token]) -> list[Token]:
    """Returns the tokens without the paragraphs that are a comment: as the parser knows no HTML, it takes them for
    text."""
    comments = {
        number
        for number, token in enumerate(tokens)
        if token.type == "inline" and token.content.startswith("<!--") and token.content.endswith("-->")
    }
    return [token for number, token in enumerate(tokens) if not {number - 1, number, number + 1} & comments]


def _with_links(tokens: Sequence[Token], address_of: Callable[[str], str | None]) -> list[Token]:
    """Returns the tokens with links that lead where `address_of` says; the words of one that leads nowhere stay."""
    tokens_out: list[Token] = []
    addresses: list[str | None] = []
    for token in tokens:
        if token.type == "link_open":
            addresses.append(address_of(str(token.attrGet("href") or "")))
            token.attrs = {"href": addresses[-1] or ""}
        if token.type == "link_close":
            closed = addresses.pop()
            tokens_out += [token] if closed is not None else []
        elif token.type != "link_open" or addresses[-1] is not None:
            tokens_out.append(_picture_token(token, address_of) if token.type == "image" else token)
    return tokens_out


def _picture_token(token: Token, address_of: Callable[[str], str | None]) -> Token:
    """A picture where it is one of ours: another's would tell its host who reads."""
    address = address_of(str(token.attrGet("src") or ""))
    if address is None or not address.startswith("/docs/"):
        return _harmless(token)
    token.attrs = {"src": address, "alt": "", "loading": "lazy"}
    return token


def markdown_parser(*, breaks: bool = False) -> MarkdownIt:
    options = {"html": False, "linkify": False, "breaks": breaks, "maxNesting": 20}
    return MarkdownIt("commonmark", options).enable("table")


def to_html(parser: MarkdownIt, tokens: Sequence[Token]) -> SafeString:
    # The parser escapes all text, and writes no tag but its own.
    html: str = parser.renderer.render(tokens, parser.options, {})
    # The corner of a table with a head and a first column heads nothing.
    html = html.replace("<th></th>", "<td></td>")
    # Wide elements scroll, for the keyboard too; text cannot hold a tag, so this finds none of it.
    for tag in ("pre", "table"):
        html = html.replace(f"<{tag}>", f'<{tag} tabindex="0">')
    return mark_safe(html)  # noqa: S308


def make_harmless(tokens: Sequence[Token], *, below: int) -> None:
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
