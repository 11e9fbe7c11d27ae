"""Comments as HTML: Markdown with mentions, and nothing that runs, tracks or looks like the page."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pytest

from forge.core.http.markdown import render_readme
from forge.reviews.threads.comment_markdown import render_comment
from forge.reviews.threads.mentions import names_of
from tests.support.cases import each_case


@dataclass(frozen=True)
class CommentPerson:
    pk: UUID

    def __str__(self) -> str:
        return "Ana Nowak"


NAMES = names_of([CommentPerson(UUID(int=1))])


@pytest.mark.protects("browser/comments")
@each_case(
    ("text", "html"),
    [
        ("Ask @Ana", '<p>Ask <strong class="mention">@Ana</strong></p>\n'),
        ("`@Ana`", "<p><code>@Ana</code></p>\n"),
        ("one\ntwo", "<p>one<br />\ntwo</p>\n"),
        ("# Big", "<h4>Big</h4>\n"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("![me](https://spy.example/x.png)", "<p>[me]</p>\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("[x](/acme/delete)", '<p><a rel="nofollow noopener ugc">x</a></p>\n'),
    ],
)
def test_a_comment_is_harmless(text: str, html: str) -> None:
    assert render_comment(text, NAMES) == html


@pytest.mark.parametrize(("text", "tag"), [("| a |\n| --- |\n| b |", "table"), ("    code", "pre")])
def test_what_is_wide_scrolls_by_keyboard(text: str, tag: str) -> None:
    assert f'<{tag} tabindex="0">' in render_comment(text, NAMES)
    assert f'<{tag} tabindex="0">' in render_readme(text)
