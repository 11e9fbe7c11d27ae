"""A cross means "dismiss": no notice and nothing that waits for somebody begins with one, only tags with a word do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from forge.core.events.declarations import find_notice_topic, notice_topics

ROOT = Path(__file__).parents[3]
CROSS = re.compile(r"(?:^|-)x$")
FIRST_IN_NOTICE = re.compile(r'<(\w+)[^>]*class="notice[ "][^>]*>\s*(?:<\w+[^>]*>\s*)?{% icon "([\w-]+)" %}')


def icons_of(path: Path) -> Iterator[tuple[str, str]]:
    """The class and the icon of each call that states one."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            for keyword in node.keywords:
                if keyword.arg == "icon" and isinstance(keyword.value, ast.Constant):
                    yield node.func.id, str(keyword.value.value)


def test_no_kind_of_notice_has_a_cross() -> None:
    topics = [find_notice_topic(name) for name in notice_topics()]
    assert len(topics) > 15
    assert [topic.name for topic in topics if topic and CROSS.search(topic.icon)] == []


@pytest.mark.slow
def test_a_cross_stands_in_tags_and_verdicts_alone() -> None:
    icons = [
        (path.name, kind, icon)
        for path in (ROOT / "forge").rglob("*.py")
        if "icon=" in path.read_text("utf-8")
        for kind, icon in icons_of(path)
    ]
    assert ("limits.py", "OutcomeTag", "x") in icons
    assert ("registrations.py", "PendingItem", "triangle-exclamation-point") in icons
    assert [each for each in icons if CROSS.search(each[2]) and not each[1].endswith(("Tag", "Look"))] == []


def test_no_notice_of_a_page_begins_with_a_cross() -> None:
    first = [
        (path.name, icon)
        for path in (ROOT / "templates").rglob("*.html")
        for _, icon in FIRST_IN_NOTICE.findall(path.read_text("utf-8"))
    ]
    assert ("playing.html", "lock") in first
    assert [each for each in first if CROSS.search(each[1])] == []
