"""The formulas against values that were worked out elsewhere: by hand, or in the tables of the sources they name."""

from __future__ import annotations

import pytest

from rune.assessment.evaluation.changes import answer_moves, evaluation_change
from rune.assessment.evaluation.evaluation import Evaluation, SampleOutcome
from rune.assessment.evaluation.metrics import accuracy, confusion, label_figures

PAIRS = [("yes", "yes"), ("yes", "yes"), ("yes", "no"), ("no", "no"), ("no", None), ("up", "yes")]


def test_precision_and_recall_of_a_label_are_against_all_others() -> None:
    yes, no, up = (
        label_figures(PAIRS, ["no", "yes"])[1],
        label_figures(PAIRS, ["no", "yes"])[0],
        label_figures(PAIRS, [])[1],
    )
    assert (yes.label, yes.samples, yes.answers, yes.right) == ("yes", 3, 3, 2)
    assert (yes.recall and yes.recall.value, yes.precision and yes.precision.value) == (2 / 3, 2 / 3)
    assert (no.samples, no.answers, no.f1) == (2, 2, 0.5)
    assert (up.label, up.precision) == ("up", None)


def test_the_accuracy_counts_no_answer_as_wrong_and_nothing_as_unknown() -> None:
    share = accuracy(PAIRS)
    assert share is not None
    assert share.value == 0.5
    assert accuracy([]) is None


def test_the_confusion_matrix_has_the_runes_labels_first_and_no_answer_last() -> None:
    table = confusion(PAIRS, ["no", "yes"])
    assert table.labels == ("no", "yes", "up")
    assert table.answers == ("no", "yes", "up", None)
    assert table.counts == ((1, 0, 0, 1), (1, 2, 0, 0), (0, 1, 0, 0))


def test_the_worst_samples_are_the_surest_mistakes_then_the_narrowest_hits() -> None:
    outcomes = (
        SampleOutcome("near", "a", "a", 0.02),
        SampleOutcome("sure", "a", "b", -0.9),
        SampleOutcome("easy", "a", "a", 0.9),
        SampleOutcome("unsure", "a", "b", -0.1),
    )
    assert [each.name for each in Evaluation(("a", "b"), outcomes).worst] == ["sure", "unsure", "near", "easy"]


def test_an_evaluation_is_the_same_after_json() -> None:
    outcomes = (
        SampleOutcome("a", "x", "x", 0.5),
        SampleOutcome("long", "x", None, events=2, hits=1, seconds=9.0, is_marked=True),
    )
    evaluation = Evaluation(("x",), outcomes, (), 3)
    assert Evaluation.from_json(evaluation.to_json()) == evaluation
    with pytest.raises(ValueError, match="format"):
        Evaluation.from_json({"format": 0})


def test_a_change_counts_the_samples_that_both_have() -> None:
    before = Evaluation((), tuple(SampleOutcome(str(n), "a", "b") for n in range(8)))
    after = Evaluation((), tuple(SampleOutcome(str(n), "a", "a") for n in range(1, 9)))
    change = evaluation_change(before, after)
    assert (change.common, len(change.better), change.worse) == (7, 7, ())
    assert change.is_significant
    assert not evaluation_change(after, after).is_significant


def test_moves_count_answers_of_samples_that_both_have() -> None:
    before = Evaluation((), (SampleOutcome("1", "a", "b"), SampleOutcome("2", "a", None), SampleOutcome("3", "b", "b")))
    after = Evaluation((), (SampleOutcome("1", "a", "a"), SampleOutcome("2", "a", "a"), SampleOutcome("4", "b", "a")))
    assert answer_moves(before, after) == {("a", "b"): -1, ("a", None): -1, ("a", "a"): 2}
    assert answer_moves(after, after) == {}
    evaluation = Evaluation((), (SampleOutcome("1", "a", "a", is_marked=True),))
    assert answer_moves(before, evaluation) == {}


def test_labels_that_the_rune_does_not_know_are_counted() -> None:
    outcomes = (SampleOutcome("1", "maybe", "yes"), SampleOutcome("2", "yes", "yes"))
    assert Evaluation(("yes", "no"), outcomes).unknown_labels == {"maybe": 1}
    assert Evaluation((), outcomes).unknown_labels == {}
