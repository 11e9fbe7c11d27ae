"""The check for buttons that overlap refuses those, and nothing that covers a page on purpose."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.support.browsers.overlaps import overlapping
from tests.support.browsers.pages import OpenPage

pytestmark = pytest.mark.e2e

REFUSED = {
    '<button>One</button><button style="margin-left: -20px">Two</button>': "buttons overlap: One and Two",
    '<div style="height: 10px"><a class="button" style="display: block">One</a></div>'
    '<a class="button" style="display: block">Two</a>': "buttons overlap: One and Two",
    '<button class="button" style="width: 30px; white-space: nowrap; padding: 0">Ask for changes</button>': (
        "words outside their button: Ask for changes"
    ),
    '<div style="position: fixed; bottom: 0"><button>One</button>'
    '<button style="margin-left: -20px">Two</button></div>': "buttons overlap: One and Two",
}
ALLOWED = (
    "<button>One</button><button>Two</button>",
    '<button>One</button><div style="position: fixed; top: 0; left: 0"><button>Two</button></div>',
    '<button>One</button><button hidden style="margin-left: -20px">Two</button>',
    '<div style="display: flex; width: 90px"><div style="overflow: auto; width: 40px">'
    '<button style="width: 80px">One</button></div><button style="flex: none">Two</button></div>',
    '<button class="button" style="width: 30px; overflow: hidden; white-space: nowrap">Ask for changes</button>',
)


def test_buttons_on_each_other_are_refused_and_what_is_beside_or_above_the_page_is_allowed(open_page: OpenPage) -> None:
    """The test uses one browser, which takes longer to start than all of this."""
    page = open_page()
    for markup, problem in REFUSED.items():
        assert _overlapping_in(page, markup) == [problem], markup
    for markup in ALLOWED:
        assert _overlapping_in(page, markup) == [], markup


def _overlapping_in(page: Page, markup: str) -> list[str]:
    page.set_content(f"<main>{markup}</main>")
    return overlapping(page)
