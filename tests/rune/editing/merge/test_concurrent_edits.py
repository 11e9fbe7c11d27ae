"""Two people at one line: no line comes to be that neither wrote, and what one of them did not get is reported."""

from __future__ import annotations

import pytest

from rune.editing.merge.concurrent_edits import TextEdit, is_merged_by_line, settle

RUNEFILE = """version: 1
pipeline:
  fft:
    proc-block: fft  # spectrum
    args:
      threshold: {threshold}
      window: [{low}, {high}]
"""


def runefile(threshold: str = "0.8", low: str = "32", high: str = "64") -> str:
    return RUNEFILE.format(threshold=threshold, low=low, high=high)


def at(text: str, old: str, new: str) -> TextEdit:
    start = text.index(old)
    return TextEdit(start, start + len(old), new)


def test_a_number_that_letters_would_make_is_refused_and_both_values_are_told() -> None:
    ours = runefile("0.5")
    # They replaced 8 by 70, and by letters it comes to stand behind the 5.
    place = ours.index("0.5") + 3
    merge = settle("Runefile.yml", ours, [TextEdit(place, place, "70")], runefile("0.70"))
    assert merge.text == ours
    (lost,) = merge.lost_lines
    assert (lost.line, lost.current, lost.other) == (5, ("      threshold: 0.5",), ("      threshold: 0.70",))


@pytest.mark.parametrize("path", ["Runefile.yml", "forge.yml", "settings.yaml"])
def test_values_of_both_on_one_line_stand_beside_each_other(path: str) -> None:
    ours = runefile(low="16")
    merge = settle(path, ours, [at(ours, "64", "128")], runefile(high="128"))
    assert merge.text == runefile(low="16", high="128")
    assert merge.lost_lines == ()


def test_an_edit_that_builds_on_what_is_there_stands() -> None:
    ours = runefile("0.5")
    merge = settle("Runefile.yml", ours, [at(ours, "0.5", "0.55")], runefile("0.55"))
    assert merge.text == runefile("0.55")


def test_only_the_edit_at_the_contested_line_is_refused() -> None:
    ours = runefile("0.5")
    place = ours.index("0.5") + 3
    edits = [at(ours, "proc-block: fft", "proc-block: mel"), TextEdit(place, place, "70")]
    theirs = runefile("0.70").replace("proc-block: fft", "proc-block: mel")
    merge = settle("Runefile.yml", ours, edits, theirs)
    assert merge.text == ours.replace("proc-block: fft", "proc-block: mel")
    assert merge.refused_edits == (edits[1],)


def test_a_line_that_one_deletes_while_the_other_changes_it_leaves_no_rest_of_it() -> None:
    ours = runefile("0.5")
    start = ours.index("      threshold")
    digit = ours.index("5", start)
    # They deleted all of the line that they knew: what was typed meanwhile is left.
    edits = [TextEdit(start, digit, ""), TextEdit(digit + 1, digit + 2, "")]
    theirs = runefile().replace("      threshold: 0.8\n", "")
    merge = settle("Runefile.yml", ours, edits, theirs)
    assert merge.text == ours
    assert [(each.current, each.other) for each in merge.lost_lines] == [(("      threshold: 0.5",), ())]


def test_a_stage_whose_name_the_other_changed_keeps_its_new_argument() -> None:
    ours = runefile().replace("  fft:", "  spectrum:")
    merge = settle("Runefile.yml", ours, [at(ours, "0.8", "0.5")], runefile("0.5"))
    assert merge.text == runefile("0.5").replace("  fft:", "  spectrum:")


def test_a_text_that_is_no_yaml_gets_no_line_of_both_either() -> None:
    ours, theirs = "a: [1\nb: 24\n", "a: [1\nb: 32\n"
    place = ours.index("24")
    assert settle("x.yml", ours, [TextEdit(place, place, "32")], theirs).text == ours


def test_comments_merge_by_letters() -> None:
    ours = "# one word here\na: 1\n"
    merge = settle("x.yml", ours, [TextEdit(2, 2, "some ")], "# some two words\na: 1\n")
    assert merge.text == "# some one word here\na: 1\n"


def test_labels_are_lines() -> None:
    ours, theirs = "yes\nnope\n", "yes\nnever\n"
    merge = settle("labels.txt", ours, [TextEdit(5, 5, "ever")], theirs)
    assert merge.text == ours
    assert [(each.current, each.other) for each in merge.lost_lines] == [(("nope",), ("never",))]
    assert settle("labels.txt", ours, [TextEdit(9, 9, "maybe\n")], "yes\nno\nmaybe\n").text == "yes\nnope\nmaybe\n"


def test_numbers_of_code_are_whole_and_its_words_merge_by_letters() -> None:
    ours = "LIMIT = 0.5  # of 1\n"
    merge = settle("gate.py", ours, [TextEdit(11, 11, "70")], "LIMIT = 0.70  # of 1\n")
    assert merge.text == ours
    assert merge.lost_lines[0].other == ("LIMIT = 0.70  # of 1",)
    code = "def clip(x): return x\n"
    assert settle("gate.py", code, [TextEdit(8, 8, "ped")], "def clamped(x): return x\n").text != code


def test_a_number_of_code_has_one_sign_though_both_wrote_one() -> None:
    merge = settle("gate.py", "X = -1\n", [TextEdit(4, 4, "-")], "X = -1\n")
    assert merge.text == "X = -1\n"


@pytest.mark.parametrize(("path", "is_merged"), [("README.md", False), ("a/Labels.TXT", True), ("b.py", True)])
def test_other_files_merge_by_letters(path: str, is_merged: bool) -> None:
    assert is_merged_by_line(path) is is_merged
    merge = settle("README.md", "0.5", [TextEdit(3, 3, "70")], "0.70")
    assert merge.text == "0.570"
