"""The buttons in the rows of a list have names of their own: who listens to a page hears a button without its row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.test import Client

from forge.accounts.models import Organisation, User
from forge.projects.models import Project
from tests.forge.web.test_forms_come_back import paths
from tests.support.forge.addresses.settled import settle

OF_SECTIONS = frozenset({"Save"})
"""Buttons of a section of its own, whose heading is read before."""
OF_THREADS = frozenset({"Delete", "Reply", "Resolve", "Take it", "Decline", "Withdraw"})
"""Buttons of a comment, which is an article with a name."""


class _Buttons(HTMLParser):
    """The names of buttons that have no label beside their text, and the addresses that they send to."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: dict[str, set[str]] = defaultdict(set)
        self._address = ""
        self._text: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "form":
            self._address = values.get("action") or ""
        elif tag == "button" and not values.keys() & {"aria-label", "form"} and values.get("type") != "button":
            self._text = ""

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "button" and self._text is not None:
            self.addresses[" ".join(self._text.split())].add(self._address)
            self._text = None


@pytest.mark.slow
@pytest.mark.django_db
def test_buttons_of_different_rows_have_different_names(
    project: Project, owner: User, organisation: Organisation, browser_of: Callable[[User | None], Client]
) -> None:
    names, browser = settle(owner, organisation, project, 2), browser_of(owner)
    alike = set()
    for path in paths(names):
        answer = browser.get(path)
        if answer.status_code == 200 and "html" in answer.get("Content-Type", ""):
            buttons = _Buttons()
            buttons.feed(answer.content.decode())
            repeats = {name for name, addresses in buttons.addresses.items() if len(addresses) > 1}
            alike |= {(path, name) for name in repeats - OF_SECTIONS - OF_THREADS}
    assert alike == set()
