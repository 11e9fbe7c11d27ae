"""The check for text that nobody reads refuses digests and long numbers, and nothing else."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.support.browsers.pages import OpenPage
from tests.support.browsers.readable import unreadable

pytestmark = pytest.mark.e2e

DIGEST = "sha256:" + "0123456789abcdef" * 4


REFUSED = {
    f"<p>{DIGEST}</p>": f"a digest in full: {DIGEST[:60]}",
    "<td>0.00021380931</td>": "too many digits: 0.00021380931",
    "<td>12.500000</td>": "too many digits: 12.500000",
    "<b>1234567890</b>": "too many digits: 1234567890",
}
ALLOWED = (
    f'<code style="display: block; width: 90px; overflow: hidden">{DIGEST}</code>',
    f"<pre>rune pull acme/kitchen@{DIGEST}</pre>",
    f'<p class="fingerprint">{DIGEST}</p>',
    f"<p hidden>{DIGEST}</p>",
    f'<details class="file-lines" open><table><tr><td class="mono">data: {DIGEST}</td></tr></table></details>',
    "<p>2,104,332 instructions, 0.00021 ms, build 12345</p>",
    "<p>Reads sine, 0.0002138</p>",
)


def test_digests_and_long_numbers_are_refused_and_what_is_cut_copied_compared_or_hidden_is_allowed(
    open_page: OpenPage,
) -> None:
    """The test uses one browser, which takes longer to start than all of this."""
    page = open_page()
    for markup, problem in REFUSED.items():
        assert _unreadable_in(page, f"<table><tr>{markup}</tr></table>") == [problem]
    for markup in ALLOWED:
        assert _unreadable_in(page, markup) == [], markup


def _unreadable_in(page: Page, markup: str) -> list[str]:
    page.set_content(f"<main>{markup}</main>")
    return unreadable(page)
