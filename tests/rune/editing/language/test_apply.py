"""Edits are applied together or refused; fixes that touch each other wait for the next round."""

from __future__ import annotations

import pytest

from rune.editing.language.apply import apply_edits, apply_fixes
from rune.source.runefile import Diagnostic, Edit, Fix, Severity
from rune.source.runefile.source import SourceText

TEXT = "one two three"


def edit(start: int, end: int, text: str, file: str = "f") -> Edit:
    return Edit(file, SourceText(file, TEXT).span(start, end), text)


def safe(title: str, *edits: Edit) -> Fix:
    return Fix(title, edits, is_safe=True)


def diagnostic(*fixes: Fix) -> Diagnostic:
    return Diagnostic(Severity.ERROR, "RUNE0000", "wrong", "f", SourceText("f", TEXT).span(0, 0), (), fixes)


def test_edits_are_applied_in_any_order_with_offsets_of_the_first_text() -> None:
    assert apply_edits(TEXT, [edit(8, 13, "3"), edit(0, 3, "1"), edit(4, 4, "and ")]) == "1 and two 3"


def test_insertions_at_one_place_keep_their_order() -> None:
    assert apply_edits(TEXT, [edit(0, 0, "a"), edit(0, 0, "b")]) == "abone two three"


@pytest.mark.parametrize(
    ("edits", "words"),
    [
        ([edit(0, 5, ""), edit(4, 8, "")], "overlap at the characters 4 to 5"),
        ([edit(0, 3, ""), edit(0, 3, "", "g")], "several files"),
        ([Edit("f", SourceText("f", TEXT * 2).span(20, 26), "")], "the text has 13"),
    ],
)
def test_edits_that_cannot_be_made_together_are_refused(edits: list[Edit], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        apply_edits(TEXT, edits)


def test_the_first_fix_of_each_problem_is_applied_and_what_touches_it_is_left() -> None:
    first, other = safe("first", edit(0, 3, "1"), edit(8, 13, "3")), safe("other", edit(8, 10, "x"))
    between, elsewhere = safe("between", edit(4, 7, "2")), safe("elsewhere", edit(0, 1, "", "g"))
    result = apply_fixes(
        {"f": TEXT}, [diagnostic(first, between), diagnostic(other), diagnostic(between), diagnostic(elsewhere)]
    )
    assert result.texts == {"f": "1 2 3"}
    assert result.applied_fixes == (first, between)
    assert result.postponed_fixes == (other, elsewhere)


def test_a_guess_is_never_applied_nor_what_stands_behind_it() -> None:
    guess, behind = Fix("guess", (edit(0, 3, "1"),)), safe("behind", edit(4, 7, "2"))
    result = apply_fixes({"f": TEXT}, [diagnostic(guess), diagnostic(guess, behind)])
    assert (result.texts["f"], result.applied_fixes, result.postponed_fixes) == (TEXT, (), ())


def test_one_fix_that_mends_two_problems_is_applied_once() -> None:
    fix = safe("both", edit(0, 0, "x"))
    assert apply_fixes({"f": TEXT}, [diagnostic(fix), diagnostic(fix), diagnostic()]).texts["f"] == f"x{TEXT}"
