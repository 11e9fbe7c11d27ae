"""Messages of change requests: links to pages of this server work, all else of somebody's text stays text."""

from __future__ import annotations

from forge.web.templatetags.look import with_own_links
from tests.support.cases import each_case


@each_case(
    "text",
    [
        "[a page](https://example.com)",
        "[a page](//example.com)",
        "[a page](/\\example.com)",
        "[a page](javascript:alert)",
        "[a page](/one two)",
        "[](/path)",
        "a page](/path)",
    ],
)
def test_a_link_to_another_place_stays_text(text: str) -> None:
    assert with_own_links(text) == text


def test_nothing_of_a_link_is_html() -> None:
    markup = with_own_links('[<b>a</b>](/"onclick=1) & `<i>`')
    assert markup == '<a href="/&quot;onclick=1">&lt;b&gt;a&lt;/b&gt;</a> &amp; <code>&lt;i&gt;</code>'


def test_a_message_has_links_to_pages_of_this_server() -> None:
    markup = with_own_links("The model of [run 1](/acme/bees/training/1), on `data` and [2](/two).")
    assert markup == (
        'The model of <a href="/acme/bees/training/1">run 1</a>, on <code>data</code> and <a href="/two">2</a>.'
    )
