"""The pages share one style sheet, so a class that two of its files declare gets the rules of both."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

STYLES = Path(__file__).parents[1] / "frontend" / "src" / "pages" / "styles"
DECLARATION = re.compile(r"^\.([a-z][\w-]*) \{", re.MULTILINE)
CHILDREN = re.compile(r"^\.([a-z][\w-]*) > \.", re.MULTILINE)
"""The class of a parent whose rule gives the children of any page a layout."""
PARTS = {"train-arguments.css": "train-form.css", "home.css": "pages.css"}
"""The files that lay out parts of blocks which another file declares, by name."""


def test_a_class_of_pages_is_declared_in_one_file() -> None:
    assert len(_files_by_class(DECLARATION)) > 100
    twice = {name: sorted(places) for name, places in _files_by_class(DECLARATION).items() if len(places) > 1}
    assert twice == {}


def test_a_layout_of_children_and_the_class_of_their_parent_are_in_one_file() -> None:
    parents = _files_by_class(DECLARATION)
    twice = {
        name: sorted(places | parents[name])
        for name, places in _files_by_class(CHILDREN).items()
        if name in parents and len({PARTS.get(place, place) for place in places | parents[name]}) > 1
    }
    assert twice == {}


def _files_by_class(pattern: re.Pattern[str]) -> dict[str, set[str]]:
    """The files of styles in which the pattern names a class, by the class."""
    files: dict[str, set[str]] = defaultdict(set)
    for path in STYLES.rglob("*.css"):
        for name in pattern.findall(path.read_text(encoding="utf-8")):
            files[name].add(path.name)
    return files
