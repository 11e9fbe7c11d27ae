"""Merging three sides: what must be a conflict first, then what is clear, and that nothing is lost by seed."""

from __future__ import annotations

import pytest

from rune.editing.merge import (
    ConflictKind,
    MergeChoice,
    MergedText,
    Side,
    SideFiles,
    StoredContent,
    TextContent,
    former_paths,
    merge_files,
    merge_lines,
    merge_runefile,
)
from rune.editing.merge.lines import Stretch
from tests.support.cases import each_case
from tests.support.language.simulated_merges import simulate

BASE = """\
# What the pen draws.
version: 1
image: runicos/base

pipeline:
  # 28 by 28
  drawing:
    capability: IMAGE
  contrast:
    proc-block: contrast
    inputs: [drawing]
    args:
      low: 0.40  # measured
      high: 0.95

  answer:
    out: SERIAL
    inputs: [contrast]
  # The end.
"""


def merged(ours: str, theirs: str, base: str = BASE) -> MergedText:
    """Merged one way; the other way round it must be as clear, and the sides of a conflict be exchanged."""
    merge, mirrored = merge_runefile("Runefile.yml", base, ours, theirs), merge_runefile("R", base, theirs, ours)
    ways = [(each.name, each.ours, each.theirs) for each in merge.conflicts]
    assert sorted(ways, key=str) == sorted(
        ((n, t, o) for n, o, t in ((e.name, e.ours, e.theirs) for e in mirrored.conflicts)), key=str
    )
    return merge


def test_a_stage_that_both_changed_is_a_conflict_also_in_other_lines() -> None:
    merge = merged(BASE.replace("low: 0.40", "low: 0.35"), BASE.replace("high: 0.95", "high: 0.90"))
    (conflict,) = merge.conflicts
    assert (conflict.kind, conflict.name, conflict.line) == (ConflictKind.STAGE, "contrast", 9)
    assert "low: 0.35" in (conflict.ours or "")
    assert "high: 0.90" in (conflict.theirs or "")
    both = merge.text({conflict.key: MergeChoice(Side.BOTH)})
    assert both == BASE.replace("0.40", "0.35").replace("0.95", "0.90")


def test_a_stage_that_one_side_removed_and_the_other_changed_is_a_conflict() -> None:
    without_answer = BASE.replace("  answer:\n    out: SERIAL\n    inputs: [contrast]\n", "")
    (conflict,) = merged(without_answer, BASE.replace("inputs: [contrast]", "inputs: [drawing]")).conflicts
    assert (conflict.name, conflict.ours) == ("answer", None)
    assert Side.BOTH not in conflict.sides


def test_both_adding_a_stage_of_one_name_is_a_conflict_unless_it_is_the_same() -> None:
    text = BASE.replace("  answer:", "  quiet:\n    proc-block: ./quiet.py\n  answer:")
    other = BASE.replace("  answer:", "  quiet:\n    proc-block: ./loud.py\n  answer:")
    assert [each.name for each in merged(text, other).conflicts] == ["quiet"]
    assert merged(text, text).text({}) == text


@each_case(
    ("base", "ours", "theirs"),
    [("a\nb\nc\n", "a\nX\nc\n", "a\nY\nc\n"), ("a\n", "a\nX\n", "a\nY\n"), ("a\nb\n", "a\n", "a\nY\n"), ("", "X", "Y")],
)
def test_lines_that_both_changed_are_a_conflict_that_has_all(base: str, ours: str, theirs: str) -> None:
    merge = merge_lines("labels.txt", base, ours, theirs)
    assert [each.kind for each in merge.conflicts] == [ConflictKind.LINES]
    keys = [each.key for each in merge.conflicts]
    assert merge.text({}) == ours
    assert merge.text({key: MergeChoice(Side.THEIRS) for key in keys}) == theirs
    assert merge.text({key: MergeChoice(Side.WRITTEN, "Z") for key in keys}).count("Z") == 1


def test_a_choice_is_for_what_both_sides_say_and_for_nothing_else() -> None:
    one = merged(BASE.replace("0.40", "0.35"), BASE.replace("0.40", "0.30")).conflicts[0]
    other = merged(BASE.replace("0.40", "0.36"), BASE.replace("0.40", "0.30")).conflicts[0]
    assert one.key != other.key


def test_files_that_are_no_texts_or_that_a_side_deleted_are_conflicts_as_a_whole() -> None:
    texts = {"t1": "one\n", "t2": "two\n"}
    base = {"m.tflite": "b1", "notes.md": "t1", "old.bin": "b5"}
    ours = SideFiles({"m.tflite": "b2", "notes.md": "t2", "new.bin": "b5"}, {"new.bin": "old.bin"})
    theirs = SideFiles({"m.tflite": "b3"})
    merge = merge_files(base, ours, theirs, texts.get)
    conflicts = {each.path: (each.kind.value, each.ours, each.theirs) for each in merge.conflicts}
    assert conflicts == {
        "m.tflite": ("file", "b2", "b3"),
        "new.bin": ("file", "b5", None),
        "notes.md": ("file", "t2", None),
    }
    assert all(Side.WRITTEN not in each.sides for each in merge.conflicts)
    choices = {each.key: MergeChoice(Side.THEIRS) for each in merge.conflicts}
    assert merge.files(choices) == {"m.tflite": StoredContent("b3")}
    assert merge.files({}) == {path: StoredContent(digest) for path, digest in ours.digests.items()}


def test_stages_that_only_one_side_changed_are_merged_with_comments_and_order() -> None:
    ours = BASE.replace("low: 0.40", "low: 0.35").replace("  # The end.", "  # The very end.")
    theirs = BASE.replace("28 by 28", "64 by 64").replace(
        "  answer:\n", "  # Only sure answers.\n  quiet:\n    proc-block: ./quiet.py\n\n  answer:\n"
    )
    merge = merged(ours, theirs)
    assert merge.conflicts == ()
    assert merge.text({}) == theirs.replace("0.40", "0.35").replace("# The end.", "# The very end.")


def test_a_comment_is_no_change_of_a_stage() -> None:
    theirs = BASE.replace("    proc-block: contrast\n", "    # By Ana.\n    proc-block: contrast\n")
    merge = merged(BASE.replace("high: 0.95", "high: 0.90"), theirs)
    assert merge.conflicts == ()
    assert merge.text({}) == theirs.replace("0.95", "0.90")


def test_the_order_of_the_side_that_changed_it_is_taken() -> None:
    head, rest = BASE.split("  # 28 by 28\n")
    drawing, contrast = rest.split("  contrast:\n")
    contrast, answer = contrast.split("\n  answer:\n")
    text = f"{head}  contrast:\n{contrast}  # 28 by 28\n{drawing}\n  answer:\n{answer}"
    merge = merged(BASE.replace("SERIAL", "TENSOR"), text)
    assert merge.text({}) == text.replace("SERIAL", "TENSOR")


@each_case("text", ["- a\n- b\n", "FROM runicos/base\n", "\tpipeline: x\n", "version: 1\nversion: 1\n"])
def test_a_runefile_whose_stages_cannot_be_told_apart_is_merged_by_line(text: str) -> None:
    assert merge_runefile("R", text, text + "# ours\n", text).text({}) == text + "# ours\n"
    (conflict,) = merge_runefile("R", text, text + "# ours\n", text + "# theirs\n").conflicts
    assert conflict.kind is ConflictKind.LINES


def test_a_pipeline_in_brackets_is_not_divided() -> None:
    base, theirs = "version: 1\npipeline: {}\n", "version: 1\npipeline:\n  a:\n    capability: RAW\n"
    assert merge_runefile("R", base, base.replace("1", "2"), theirs).text({}) == theirs.replace("1", "2")
    (conflict,) = merge_runefile("R", theirs, base, theirs.replace("RAW", "IMAGE")).conflicts
    assert (conflict.ours, conflict.name) == ("pipeline: {}\n", "pipeline")


ANCHORS = "version: 1\npipeline:\n  a:\n    out: s\nresources:\n  L: {path: &p a.txt}\n"


def test_an_alias_whose_anchor_one_side_took_away_is_a_conflict() -> None:
    ours, theirs = ANCHORS.partition("resources")[0], f"{ANCHORS}  M: {{path: *p}}\n"
    merge = merge_runefile("Runefile.yml", ANCHORS, ours, theirs)
    assert merge.text({}) == ours
    (conflict,) = merge.conflicts
    assert merge.text({conflict.key: MergeChoice(Side.THEIRS)}) == theirs


def test_an_anchor_and_its_alias_in_lines_far_apart_are_a_conflict_of_all() -> None:
    base = ANCHORS + "  # one\n  # two\n  N: {path: b.txt}\n"
    ours, theirs = base.replace("&p ", ""), base.replace("b.txt", "*p")
    (conflict,) = merged(ours, theirs, base).conflicts
    assert (conflict.ours, conflict.theirs) == (ours, theirs)


def test_lines_of_a_text_that_begin_with_a_number_sign_are_no_comment() -> None:
    text = "  a:\n    args:\n      t: |\n        one\n\n        # heading\n"
    base = f"version: 1\npipeline:\n{text}  b:\n    inputs: [a]\n"
    merge = merge_runefile("Runefile.yml", base, base.replace("[a]", "[c]"), base.partition("  b:")[0])
    (conflict,) = merge.conflicts
    assert (conflict.base, conflict.theirs) == ("  b:\n    inputs: [a]\n", None)


def test_lines_keep_the_ends_that_the_text_has() -> None:
    base = "version: 1\r\npipeline:\r\n  a:\r\n    out: s"
    merge = merge_runefile("Runefile.yml", base, f"{base}\r\n  b:\r\n    out: s", f"{base}\r\n  c:\r\n    out: s")
    assert merge.text({}) == f"{base}\r\n  b:\r\n    out: s\r\n  c:\r\n    out: s"


@pytest.mark.parametrize(("here", "there"), [("data/a.txt", "data"), ("Labels.txt", "labels.txt")])
def test_files_that_cannot_stand_beside_each_other_are_conflicts(here: str, there: str) -> None:
    merge = merge_files({}, SideFiles({here: "x", "b": "1"}), SideFiles({there: "y", "c": "2"}), lambda digest: digest)
    assert {each.path for each in merge.conflicts} == {here, there}
    assert merge.files({}) == {here: StoredContent("x"), "b": StoredContent("1"), "c": StoredContent("2")}
    theirs = {each.key: MergeChoice(Side.THEIRS) for each in merge.conflicts}
    assert merge.files(theirs) == {there: StoredContent("y"), "b": StoredContent("1"), "c": StoredContent("2")}


@pytest.mark.parametrize(("here", "there"), [("data/a.txt", "data"), ("Labels.txt", "labels.txt")])
def test_choices_that_would_keep_both_of_them_are_none(here: str, there: str) -> None:
    ours, theirs = SideFiles({here: "x", "m.tflite": "b1"}), SideFiles({there: "y", "m.tflite": "b2"})
    merge = merge_files({}, ours, theirs, lambda _: None)
    keys = {each.path: each.key for each in merge.conflicts}
    model = {keys["m.tflite"]: MergeChoice(Side.THEIRS)}
    both = {keys[here]: MergeChoice(Side.OURS), keys[there]: MergeChoice(Side.THEIRS), **model}
    assert merge.without_clashes(both) == model
    assert merge.files(merge.without_clashes(both)) == {here: StoredContent("x"), "m.tflite": StoredContent("b2")}
    for side in (Side.OURS, Side.THEIRS):
        one = {keys[here]: MergeChoice(side), keys[there]: MergeChoice(side), **model}
        assert merge.without_clashes(one) == one
        first = {keys[here]: MergeChoice(side)}
        assert merge.without_clashes(first) == first


def test_a_file_that_one_side_renamed_and_the_other_changed_is_both() -> None:
    texts = {"t1": "one\ntwo\nthree\n", "t2": "one\ntwo\n3\n", "t3": "1\ntwo\nthree\n"}
    base = {"labels.txt": "t1", "a.wav": "b1"}
    ours = SideFiles({"words.txt": "t1", "a.wav": "b1"}, former_paths(base, {"words.txt": "t1", "a.wav": "b1"}))
    assert merge_files(base, ours, SideFiles({"labels.txt": "t2", "a.wav": "b1"}), texts.get).files({}) == {
        "a.wav": StoredContent("b1"),
        "words.txt": StoredContent("t2"),
    }
    side = SideFiles({"words.txt": "t3", "a.wav": "b1"}, {"words.txt": "labels.txt"})
    merge = merge_files(base, side, SideFiles({"labels.txt": "t2"}), texts.get)
    assert merge.files({}) == {"words.txt": TextContent("1\ntwo\n3\n")}


@each_case("seed", range(10))
def test_forks_and_merges_by_seed_lose_nothing(seed: int) -> None:
    simulation = simulate(seed)
    assert simulation.merges >= len(simulation.forks)


def test_the_simulation_finds_a_merge_that_loses_something(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stretch, "clear", property(lambda self: self.ours))
    with pytest.raises(AssertionError, match=r"is lost|is back"):
        [simulate(seed) for seed in range(10)]
