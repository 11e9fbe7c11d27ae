"""A file with many changed lines is closed on a page at first."""

from __future__ import annotations

import pytest

from forge.comparison.line_stretches import MOST_OPEN_LINES, FileLines, stretches_of


@pytest.mark.parametrize(("count", "is_long"), [(0, False), (MOST_OPEN_LINES, False), (MOST_OPEN_LINES + 1, True)])
def test_a_file_with_many_changed_lines_is_long(count: int, is_long: bool) -> None:
    before = [f"old {number}" for number in range(100)]
    file = FileLines("a.json", stretches_of(before, [*before, *(f"new {number}" for number in range(count))]))
    assert (file.added_count, file.removed_count, file.is_long) == (count, 0, is_long)


def test_removed_lines_count_as_well() -> None:
    file = FileLines("a.json", stretches_of([str(number) for number in range(MOST_OPEN_LINES)], ["new"]))
    assert (file.added_count, file.removed_count, file.is_long) == (1, MOST_OPEN_LINES, True)
