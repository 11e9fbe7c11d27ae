"""A tag of a template stands in one line: Django shows one that spans lines as text, without an error."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.cases import each_case

TEMPLATES = sorted(Path("templates").rglob("*.html"))
OPEN = re.compile(r"\{[{%#](?![^\n]*?[}%#]\})")


@each_case(
    ("text", "spans"),
    [('{{ a|join:"\n" }}', True), ("{% if a\n   and b %}", True), ("{{ a }} {% if b %}", False), ("a { b }", False)],
)
def test_a_tag_that_spans_lines_is_seen(text: str, spans: bool) -> None:
    assert bool(OPEN.search(text)) is spans


def test_no_tag_of_a_template_spans_lines() -> None:
    assert TEMPLATES
    assert [str(path) for path in TEMPLATES if OPEN.search(path.read_text("utf-8"))] == []
