"""Renders a comment's Markdown as safe HTML."""

from __future__ import annotations

from django.utils.safestring import SafeString
from markdown_it.token import Token

from forge.core.http.markdown import make_harmless, markdown_parser, to_html
from forge.reviews.threads.mentions import MentionNames, pieces


def render_comment(text: str, names: MentionNames) -> SafeString:
    """The HTML of a comment, with mentions marked. Its headings are small, and a line ends where it was ended."""
    parser = markdown_parser(breaks=True)
    tokens = parser.parse(text)
    make_harmless(tokens, below=3)
    for token in tokens:
        if token.children:
            token.children = [part for child in token.children for part in _with_mentions(child, names)]
    return to_html(parser, tokens)


def _with_mentions(token: Token, names: MentionNames) -> list[Token]:
    if token.type != "text":
        return [token]
    tokens = []
    for text, is_mention in pieces(token.content, names):
        word = Token("text", "", 0, content=text)
        strong_tokens = [
            Token("strong_open", "strong", 1, attrs={"class": "mention"}),
            word,
            Token("strong_close", "strong", -1),
        ]
        tokens += strong_tokens if is_mention else [word]
    return tokens
