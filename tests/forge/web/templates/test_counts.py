"""A count on a page agrees with its noun."""

from __future__ import annotations

import re
from pathlib import Path

from forge.web.templatetags.look import counted_text
from tests.support.cases import each_case

ALWAYS_MANY = re.compile(r"\|grouped \}\}\s+(samples|recordings|people|devices|files|builds|days|versions)\b")


@each_case(
    ("count", "nouns", "text"),
    [
        (1, "sample", "1 sample"),
        (0, "sample", "0 samples"),
        (2000, "sample", "2,000 samples"),
        (1, "person or device,people or devices", "1 person or device"),
        (2, "person or device,people or devices", "2 people or devices"),
    ],
)
def test_a_count_agrees_with_its_noun(count: int, nouns: str, text: str) -> None:
    assert counted_text(count, nouns) == text


def test_no_template_writes_a_count_with_a_noun_for_many() -> None:
    names = [str(path) for path in Path("templates").rglob("*.html") if ALWAYS_MANY.search(path.read_text("utf-8"))]
    assert names == ["templates/reviews/samples.html"], "which has more than it shows"
