"""The pages share one style sheet, so a class that two of its files declare gets the rules of both."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

STYLES = Path(__file__).parents[1] / "frontend" / "src" / "pages" / "styles"
DECLARATION = re.compile(r"^\.([a-z][\w-]*) \{", re.MULTILINE)


def test_a_class_of_pages_is_declared_in_one_file() -> None:
    files = defaultdict(set)
    for path in STYLES.rglob("*.css"):
        for name in DECLARATION.findall(path.read_text(encoding="utf-8")):
            files[name].add(path.name)
    assert len(files) > 100
    assert {name: sorted(places) for name, places in files.items() if len(places) > 1} == {}
