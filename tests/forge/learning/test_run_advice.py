"""The sentences under the labels and the persons of a run: the weakest one, how it is mixed up, and advice."""

from __future__ import annotations

from collections.abc import Iterable

from forge.learning.training.pages.advice import label_advice, person_advice
from forge.learning.training.results.judgement import JudgedRecording, RunJudgementJson, judgement_of

LABELS = ("knock", "glass", "speech")
NAMES = {7: "Guest 7", 8: "Ravi"}


def judged(rows: Iterable[tuple[str, str, int | None, int]]) -> RunJudgementJson:
    """The judgement of recordings: label, answer, person, and how many of them."""
    recordings = [
        JudgedRecording(0, label, answer, 0.9, group) for label, answer, group, count in rows for _ in range(count)
    ]
    return judgement_of(recordings, LABELS, 0, "validation")


def test_one_label_and_one_person_have_no_advice() -> None:
    judgement = judged([("knock", "knock", 7, 3), ("knock", "glass", 7, 2)])
    assert label_advice(judgement) == ""
    assert person_advice(judgement, NAMES) is None


def test_without_a_mistake_nobody_stands_out() -> None:
    judgement = judged([("knock", "knock", 7, 60), ("glass", "glass", 8, 60)])
    assert label_advice(judgement) == "All recordings are right."
    assert person_advice(judgement, NAMES) is None


def test_few_recordings_that_are_all_right_have_a_wide_range() -> None:
    judgement = judged([("knock", "knock", None, 60), ("glass", "glass", None, 4)])
    assert label_advice(judgement) == (
        "All recordings are right, but glass has only 4 recordings: more of it narrow its range."
    )


def test_the_weakest_label_with_few_recordings_needs_more_of_them() -> None:
    judgement = judged([("knock", "knock", None, 60), ("glass", "glass", None, 2), ("glass", "speech", None, 3)])
    assert label_advice(judgement) == (
        "glass is right least often: 3 of 5 wrong, 3 of them taken for speech. Its range is wide, with 5 recordings: "
        "more of glass say more than more epochs."
    )


def test_the_weakest_label_with_many_recordings_is_to_be_looked_at() -> None:
    judgement = judged(
        [
            ("knock", "knock", None, 60),
            ("glass", "glass", None, 198),
            ("glass", "knock", None, 1),
            ("glass", "speech", None, 1),
        ]
    )
    assert label_advice(judgement) == (
        "glass is right least often: 2 of 200 wrong. Check the labels of these mistakes, and record more of what is "
        "mixed up."
    )


def test_a_person_of_whom_a_run_is_surely_less_often_right_is_named_with_the_label() -> None:
    judgement = judged(
        [("knock", "knock", 7, 10), ("knock", "glass", 7, 8), ("speech", "glass", 7, 1), ("glass", "glass", 8, 60)]
    )
    advice = person_advice(judgement, NAMES)
    assert advice is not None
    assert (advice.group, advice.count, advice.is_sure) == ("7", "Guest 7: 9 of 19 wrong.", True)
    assert advice.text.startswith("8 of them are knock.")


def test_a_difference_inside_the_range_may_be_chance() -> None:
    judgement = judged([("knock", "knock", 7, 3), ("knock", "glass", 7, 1), ("glass", "glass", 9, 4)])
    advice = person_advice(judgement, NAMES)
    assert advice is not None
    assert (advice.is_sure, advice.count) == (False, "Guest 7: 1 of 4 wrong.")
    assert advice.text == "1 of them is knock. That may be chance: recordings of more people narrow the ranges."


def test_a_person_whose_name_is_unknown_has_a_number() -> None:
    judgement = judged([("knock", "knock", 7, 3), ("glass", "knock", 3, 1)])
    advice = person_advice(judgement, NAMES)
    assert advice is not None
    assert advice.count == "Person 3: 1 of 1 wrong."
