"""Messages of the server and of the toolchain mark names with backticks: no page shows the backticks."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from forge.web.templatetags.look import ticked
from tests.support.cases import each_case
from tests.support.forge.factories.builds import failed_build

Browser = Callable[[Any], Client]

MESSAGES = re.compile(
    r"\{\{ (?P<name>(?:\w+\.)*(?:error|problem|label_problem|form_problem|end_reason|outdated_reason|pending_reason)"
    r"|error\.detail|unread\.detail|detail|message)(?P<filters>(?:\|[^}]*)?) \}\}"
)
"""The expressions that show a message for a person."""


def unmarked(template: str) -> list[str]:
    """Returns the messages of a template whose backticks are not shown as code."""
    return [
        match["name"]
        for match in MESSAGES.finditer(template)
        if "|ticked" not in match["filters"] and "|with_own_links" not in match["filters"]
    ]


def test_a_message_without_the_filter_is_refused() -> None:
    assert unmarked("<p>{{ build.error }}</p><p>{{ form_problem|truncatechars:9 }}</p>") == [
        "build.error",
        "form_problem",
    ]
    assert unmarked("<p>{{ build.error|ticked }}</p><p>{{ change.message|with_own_links }}</p>{{ problems }}") == []


def test_all_templates_show_the_names_in_messages_as_code() -> None:
    folder = Path(settings.BASE_DIR, "templates")
    pages = [path for path in sorted(folder.rglob("*.html")) if path.parent.name != "email"]
    assert len(pages) > 100
    assert {str(path.relative_to(folder)): names for path in pages if (names := unmarked(path.read_text()))} == {}


@each_case(
    ("message", "html"),
    [
        ("Run `rune fmt`.", "Run <code>rune fmt</code>."),
        ("`<b>` is no name", "<code>&lt;b&gt;</code> is no name"),
        ("a lone ` stays", "a lone ` stays"),
        ("<script>", "&lt;script&gt;"),
    ],
)
def test_names_are_code_and_nothing_else_is_markup(message: str, html: str) -> None:
    assert ticked(message) == html


@pytest.mark.slow
def test_the_page_of_a_failed_build_shows_names_as_code(project: Any, developer: Any, browser_of: Browser) -> None:
    failed_build(developer, project, "The lock names `hotg-ai/fft`. Run `rune lock`.")
    page = browser_of(developer).get("/acme/kitchen/builds/1").content.decode()
    assert "The lock names <code>hotg-ai/fft</code>. Run <code>rune lock</code>." in page
