"""Wishes: what somebody who writes no Runefile may change, and what the files say then."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.editing.language.facts.analysis import Analysis, analyse
from rune.editing.language.graph.overrides import (
    Override,
    OverrideRefused,
    merge_text,
    overridable,
    overridden_texts,
    value_text,
)
from rune.project.files import MemoryFiles, ProjectFiles
from tests.support.cases import each_case

RUNEFILE = """\
version: 1
image: runicos/base
pipeline:
  numbers:  # what comes in
    capability: RAW
    outputs: [{type: f32, dimensions: [4]}]
    args: {length: 16}
  best:
    proc-block: most_confident_indices
    inputs: [numbers]
    outputs: [{type: u32, dimensions: [1]}]
    args:
      count: 1  # only the best
  label:
    proc-block: label
    inputs: [best]
    outputs: [{type: utf8, dimensions: [1]}]
    args: {wordlist: $WORDS}
  out: {out: serial, inputs: [label]}
resources:
  WORDS: {path: words.txt, type: string}
"""
WORDS = "up\ndown\nleft\nright\n"


def read(files: ProjectFiles) -> Analysis:
    return analyse(files, PUBLISHED_BLOCKS)


def analysed(runefile: str = RUNEFILE, words: str = WORDS) -> Analysis:
    return read(MemoryFiles({"Runefile.yml": runefile.encode(), "words.txt": words.encode()}))


def texts(*overrides: Override, words: str = WORDS) -> Mapping[str, str]:
    return overridden_texts(analysed(words=words), overrides, read)


def test_fields_are_the_arguments_with_what_they_say() -> None:
    values = {
        (fields.stage, each.field.name): value_text(each)
        for fields in overridable(analysed())
        for each in fields.arguments
    }
    assert values["best", "count"] == "1"
    assert values["label", "wordlist"] == WORDS
    assert values["numbers", "source"] == ""


def test_a_text_that_the_host_gives_is_no_field() -> None:
    runefile = RUNEFILE.replace("WORDS: {path: words.txt, type: string}", "WORDS: {type: string}")
    assert "label" not in {fields.stage for fields in overridable(analysed(runefile))}


def test_a_label_is_changed_in_its_file() -> None:
    assert texts(Override("label", "wordlist", WORDS, WORDS.replace("left", "links"))) == {
        "words.txt": "up\ndown\nlinks\nright\n"
    }


def test_a_number_is_changed_in_its_place_with_the_types_that_follow() -> None:
    (text,) = texts(Override("best", "count", "1", "2")).values()
    assert "count: 2  # only the best" in text
    assert "utf8, dimensions: [2]" in text


def test_several_wishes_are_granted_together() -> None:
    files = texts(Override("best", "count", "1", "2"), Override("label", "wordlist", WORDS, WORDS.upper()))
    assert sorted(files) == ["Runefile.yml", "words.txt"]


def test_what_the_files_say_already_changes_nothing() -> None:
    assert texts(Override("best", "count", "3", "1")) == {}


def test_an_empty_value_goes_back_to_the_default() -> None:
    (text,) = texts(Override("best", "count", "1", "")).values()
    assert "count" not in text


def test_lines_keep_the_endings_that_they_have() -> None:
    windows = WORDS.replace("\n", "\r\n")
    files = texts(Override("label", "wordlist", WORDS, WORDS.replace("left", "links")), words=windows)
    assert files == {"words.txt": windows.replace("left", "links")}


@pytest.mark.protects("reviews/suggestion-rights")
@each_case(
    ("override", "reason"),
    [
        (Override("best", "count", "2", "3"), '"count" of "best" is "1" by now, and was "2" when this was suggested.'),
        (Override("best", "count", "1", "9"), '"count" of "best" must be at most 4.'),
        (Override("best", "count", "1", "0"), '"count" of "best" must be at least 1.'),
        (Override("best", "count", "1", "1.5"), '"count" of "best" must be a whole number.'),
        (Override("best", "count", "1", "many"), '"count" of "best" must be a whole number.'),
        (Override("best", "size", "1", "2"), 'There is no argument "size" of a stage "best".'),
        (Override("gone", "count", "1", "2"), 'There is no argument "count" of a stage "gone".'),
        (
            Override("label", "wordlist", WORDS.replace("left", "west"), WORDS.replace("left", "links")),
            '"wordlist" of "label" is another text by now, in a line that this would change too.',
        ),
    ],
)
def test_a_wish_is_refused_with_a_sentence(override: Override, reason: str) -> None:
    with pytest.raises(OverrideRefused) as error:
        texts(override)
    assert error.value.reason == reason


def test_lines_that_others_changed_meanwhile_stay_changed() -> None:
    assert merge_text("a\nb\nc", "a\nB\nc", "A\nb\nc") == "A\nB\nc"
    assert merge_text("a\nb\nc", "a\nB\nc", "a\nx\nc") is None
    assert merge_text("a\nb\nc", "a\nb\nc\nd", "A\nb\nc") is None
    assert merge_text("a", "b", "c") is None
    assert merge_text("a", "b", "b") == "b"
