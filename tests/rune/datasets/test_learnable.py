"""Lists of recordings that suffice to learn from or do not: each problem has a sentence and a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from rune.datasets.content.content import Kind
from rune.datasets.learnable import DataPlace, DataRecording, LearnedAnswer, first_problem
from rune.datasets.positions import ObjectPosition, Positions
from tests.support.cases import each_case

pytestmark = pytest.mark.protects("availability/unlearnable-runs")
SPLITS = ("train", "validation", "test")


def recordings(*labels: str, people: int = 5, kind: Kind = Kind.SOUND) -> list[DataRecording]:
    """Returns one recording of each person for each label, of whom the first three are in a split each."""
    return [
        DataRecording(f"{label} {person}", kind, label, f"group-{person}", SPLITS[person % 3], f"{label}{person}")
        for label in labels
        for person in range(people)
    ]


def problem_text(
    own: Sequence[DataRecording], learned_answer: LearnedAnswer = LearnedAnswer.LABELS, kind: Kind = Kind.SOUND
) -> str:
    problem = first_problem(own, kind, learned_answer, "recipe")
    return "" if problem is None else problem.text


def test_two_labels_of_five_people_suffice() -> None:
    assert problem_text(recordings("no", "yes")) == ""


@each_case(
    ("own", "answer", "text"),
    [
        (recordings("yes"), LearnedAnswer.LABELS, 'All recordings are of the label "yes".'),
        (recordings(*map(str, range(201))), LearnedAnswer.LABELS, "at most 200 are supported"),
        (recordings("no", "yes", people=2)[:3], LearnedAnswer.LABELS, "yes has no recordings in the split validation"),
        (recordings("hum", "rattle"), LearnedAnswer.NORMAL, "Name the one of normal recordings normal"),
        (recordings("anomaly"), LearnedAnswer.NORMAL, "learns what is normal"),
        (recordings("forge", "knock"), LearnedAnswer.WORD, "Name the one of the word wake-word"),
        (recordings("other"), LearnedAnswer.WORD, "learns a word"),
        (recordings("yes", kind=Kind.PICTURE), LearnedAnswer.LABELS, 'learns from sound, and "yes 0" is a picture'),
    ],
    ids=["one-label", "labels", "splits", "not-normal", "only-anomalies", "no-word", "only-others", "kind"],
)
def test_what_is_missing_is_said(own: list[DataRecording], answer: LearnedAnswer, text: str) -> None:
    assert text in problem_text(own, answer)


@each_case(
    ("own", "answer"),
    [
        (recordings("hum"), LearnedAnswer.NORMAL),
        (recordings("normal", "rattle"), LearnedAnswer.NORMAL),
        (recordings("forge"), LearnedAnswer.WORD),
        (recordings("wake-word", "other", "noise"), LearnedAnswer.WORD),
        (recordings("any"), LearnedAnswer.NUMBER),
    ],
    ids=["one-state", "normal", "one-word", "wake-word", "number"],
)
def test_one_label_is_enough_for_what_learns_one(own: list[DataRecording], answer: LearnedAnswer) -> None:
    assert problem_text(own, answer) == ""


def test_a_person_alone_needs_ten_recordings_of_each_label() -> None:
    own = [replace(each, group="group-1", split="train") for each in recordings("no", "yes", people=9)]
    assert "no has 9 recordings; 10 are needed. yes has 9 recordings; 10 are needed." in problem_text(own)
    more = [replace(each, group="group-1", split="train") for each in recordings("no", "yes", people=10)]
    assert problem_text(more) == ""


def test_without_a_validation_split_a_part_of_those_to_learn_from_is_one() -> None:
    own = [each for each in recordings("no", "yes", people=9) if each.split != "validation"]
    assert problem_text(own) == ""
    one_person = [each for each in own if each.split == "test" or each.group == "group-0"]
    assert "no and yes have no recordings in the split validation" in problem_text(one_person)


def marked(count: int, positions: Positions | None) -> list[DataRecording]:
    own = recordings("hive", people=count, kind=Kind.PICTURE)
    return [replace(each, positions=positions) for each in own]


@each_case(
    ("own", "text"),
    [
        (marked(20, None), "no picture has any. Mark the middle of each object"),
        (marked(19, ()), "needs 20 pictures with positions, and 19 pictures of 19 have been marked"),
        (marked(20, ()), "there is nothing to count"),
        (marked(20, (ObjectPosition("bee", 0.5, 0.5),)), ""),
    ],
    ids=["no-marks", "few", "no-object", "marked"],
)
def test_counting_needs_marks(own: list[DataRecording], text: str) -> None:
    problem = first_problem(own, Kind.PICTURE, LearnedAnswer.OBJECTS, "counting")
    assert (problem is None) == (text == "")
    if problem is not None:
        assert text in problem.text
        assert problem.place is DataPlace.MARKS


def test_recordings_that_fill_no_window_are_not_counted() -> None:
    short = [replace(each, milliseconds=500) for each in recordings("normal")]
    problem = first_problem(short, Kind.SOUND, LearnedAnswer.NORMAL, "sound-anomaly", 900)
    assert problem is not None
    assert "5 recordings of normal are shorter than a window and are left out." in problem.text
    assert first_problem(short, Kind.SOUND, LearnedAnswer.NORMAL, "sound-anomaly", 400) is None
