"""Taking edits of texts back, newest first."""

from __future__ import annotations

from rune.editing.merge import EditedTexts, undo_edits

LINES = "".join(f"line {number}\n" for number in range(1, 10))


def test_edits_are_taken_back_and_what_was_written_in_between_stays() -> None:
    first = LINES.replace("line 2", "second")
    second = first.replace("line 5", "fifth")
    now = second.replace("line 9", "by a person")
    edits: list[EditedTexts] = [{"a.py": [LINES, first]}, {"a.py": [first, second], "new.py": [None, "A = 1\n"]}]
    result = undo_edits({"a.py": now, "new.py": "A = 1\n"}, edits)
    assert result.texts == {"a.py": LINES.replace("line 9", "by a person"), "new.py": None}
    assert result.conflicts == ()


def test_a_deleted_file_comes_back() -> None:
    assert undo_edits({}, [{"a.py": ["A = 1\n", None]}]).texts == {"a.py": "A = 1\n"}


def test_lines_that_a_person_changed_too_are_a_conflict_and_the_file_stays_whole() -> None:
    first = LINES.replace("line 2", "second")
    second = first.replace("line 5", "fifth")
    now = {"a.py": second.replace("second", "by a person"), "b.py": "B = 2\n"}
    edits: list[EditedTexts] = [
        {"a.py": [LINES, first], "b.py": ["B = 1\n", "B = 2\n"]},
        {"a.py": [first, second]},
    ]
    result = undo_edits(now, edits)
    assert (result.texts, result.conflicts) == ({"b.py": "B = 1\n"}, ("a.py",))


def test_a_new_file_that_a_person_wrote_on_stays() -> None:
    result = undo_edits({"new.py": "A = 2\n"}, [{"new.py": [None, "A = 1\n"]}])
    assert (result.texts, result.conflicts) == ({}, ("new.py",))


def test_undoing_twice_changes_nothing_more() -> None:
    edits = [{"a.py": [LINES, LINES.replace("line 2", "second")]}]
    assert undo_edits({"a.py": LINES}, edits) == undo_edits({"a.py": LINES}, [])
