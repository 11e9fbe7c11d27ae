"""A result that people see who may not play the samples: a label of the data, two decimals, a fixed reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rune.assessment.evaluation.bounded import AnswerBounds, bounded
from rune.assessment.evaluation.errors import NothingSent
from rune.assessment.evaluation.evaluation import Evaluation, SampleOutcome, UnreadSample
from rune.assessment.evaluation.reasons import FixedReason, fixed_reason, reason_in_full
from rune.project.files import FileMissing
from rune.running.runtime import errors
from tests.support.properties import examples

pytestmark = pytest.mark.protects("recordings/answers")

TEXT = "the recording, in letters"
LABELS = ("Yes", "no", "left turn")


@examples(200)
@given(
    answer=st.text(max_size=40),
    margin=st.floats(-1, 1),
    failure=st.none() | st.text(max_size=40),
    reason=st.text(max_size=40),
)
def test_whatever_a_rune_answers_is_one_of_few_values(
    answer: str, margin: float, failure: str | None, reason: str
) -> None:
    outcome = SampleOutcome("a", "yes", answer, margin, failure)
    result = bounded(Evaluation((), (outcome,), (UnreadSample("b", reason),)), LABELS)
    [only], [unread] = result.outcomes, result.unread
    assert only.answer in {"yes", "no", "left turn", "other"}
    assert only.margin in {number / 100 for number in range(-100, 101)}
    reasons = {each.value for each in FixedReason}
    assert only.failure is None if failure is None else only.failure in reasons
    assert unread.reason in reasons
    assert TEXT not in str(result.to_json())


def test_an_answer_has_the_spelling_of_its_label_and_stays_right() -> None:
    outcomes = [
        SampleOutcome("a", "yes", "YES"),
        SampleOutcome("b", "no", "left  TURN"),
        SampleOutcome("c", "no", TEXT),
    ]
    result = bounded(Evaluation(("yes", "no"), tuple(outcomes)), LABELS)
    assert [each.answer for each in result.outcomes] == ["yes", "left turn", "other"]
    assert [each.is_right for each in result.outcomes] == [True, False, False]
    assert result.confusion.answers == ("yes", "no", "left turn", "other")


def test_labels_of_the_rune_alone_are_no_labels_of_the_data() -> None:
    result = bounded(Evaluation(("yes", TEXT), (SampleOutcome("a", "yes", TEXT),)), LABELS)
    assert result.outcomes[0].answer == "other"


def test_an_answer_that_is_no_label_is_never_the_label_other_of_the_data() -> None:
    outcomes = (SampleOutcome("a", "other", TEXT), SampleOutcome("b", "other", "Other"))
    result = bounded(Evaluation((), outcomes), ("other", "another label"))
    assert [each.is_right for each in result.outcomes] == [False, True]
    assert result.outcomes[0].answer == "no label of the data"


def test_scores_are_few_of_labels_of_the_data_and_have_two_decimals() -> None:
    bounds = AnswerBounds.of(LABELS)
    scores = bounds.scores({"yes": 0.123456, "NO": 1.7, TEXT: 0.9, "left turn": -3.0}, most=2)
    assert scores == {"no": 1.0, "Yes": 0.12}


def test_no_answer_stays_none() -> None:
    result = bounded(Evaluation((), (SampleOutcome("a", "yes", None, failure=FixedReason.MODEL.value),)), LABELS)
    assert (result.outcomes[0].answer, result.outcomes[0].failure) == (None, "the rune's model failed")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (errors.RuneStopped("time", TEXT), FixedReason.STOPPED),
        (errors.RuneTrapped(TEXT), FixedReason.TRAPPED),
        (errors.BadPointer(TEXT, 1, 2, 3), FixedReason.ADDRESS),
        (errors.BadRequest(TEXT), FixedReason.REQUEST),
        (errors.ModelRunError(TEXT), FixedReason.MODEL),
        (errors.BadOutput(TEXT), FixedReason.OUTPUT),
        (NothingSent(TEXT), FixedReason.NOTHING),
        (errors.InputTooShort(TEXT), FixedReason.TOO_SHORT),
        (errors.InputFile(TEXT), FixedReason.INPUT),
        (FileMissing("a.wav", TEXT), FixedReason.FILE),
        (OSError(TEXT), FixedReason.FILE),
        (errors.RuneUnusable(TEXT), FixedReason.OTHER),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_reason_of_the_fixed_list_does_not_quote_the_error(error: Exception, reason: FixedReason) -> None:
    assert fixed_reason(error) == reason.value
    assert TEXT in reason_in_full(error)


def test_an_evaluation_forgets_samples_and_counts_them() -> None:
    outcomes = (SampleOutcome("a", "yes", "yes"), SampleOutcome("b", "no", "yes"))
    evaluation = Evaluation((), outcomes, (UnreadSample("c", "damaged"),))
    rest = evaluation.without({"b", "c", "d"})
    assert (rest.outcomes, rest.unread, rest.removed) == (outcomes[:1], (), 2)
    assert Evaluation.from_json(rest.to_json()) == rest
    assert rest.without({"b"}) is rest
    assert '"b"' not in str(rest.to_json())
