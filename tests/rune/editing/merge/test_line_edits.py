"""Says which lines differ: always right, as few as can be, and quick for lines made to be slow."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from forge.projects.files.document import text_edits
from rune.line_edits import changed_lines
from tests.support.properties import examples

LINES = some.lists(some.sampled_from(["a\n", "b\n", "c\n"]), max_size=12)


def applied(old: list[str], new: list[str]) -> tuple[list[str], int]:
    """The old lines with the changes made to them, and how many lines those take out and put in."""
    lines, at, changes = [], 0, 0
    for first, last, new_first, new_last in changed_lines(old, new):
        lines += old[at:first] + new[new_first:new_last]
        at, changes = last, changes + last - first + new_last - new_first
    return lines + old[at:], changes


def fewest(old: list[str], new: list[str]) -> int:
    """Returns the fewest changes, by the textbook's table of longest common subsequences."""
    row = [0] * (len(new) + 1)
    for line in old:
        above, row = row, [0]
        for place, other in enumerate(new):
            row.append(above[place] + 1 if line == other else max(above[place + 1], row[-1]))
    return len(old) + len(new) - 2 * row[-1]


@pytest.mark.slow
@examples(100)
@given(LINES, LINES)
def test_the_changes_make_the_new_lines_and_touch_as_few_as_can_be(old: list[str], new: list[str]) -> None:
    assert applied(old, new) == (new, fewest(old, new))


@pytest.mark.protects("live/slow-differences")
@pytest.mark.parametrize("letters", ["a", "ab", "abcdefghij"])
def test_lines_that_repeat_do_not_hold_the_server_up(letters: str) -> None:
    """Two files of 2,000 such lines took minutes with difflib, in a transaction that everyone else waited for."""
    chooser = random.Random(1)
    old, new = ("".join(f"{chooser.choice(letters)}\n" for _ in range(count)) for count in (2000, 1900))
    started = time.process_time()
    edits = list(text_edits(old, new))
    assert time.process_time() - started < 2
    for start, end, insertion in reversed(edits):
        old = old[:start] + insertion + old[end:]
    assert old == new
