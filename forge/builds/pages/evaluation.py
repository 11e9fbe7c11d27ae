"""The evaluation of a build on pages: accuracy beside the earlier build, and the worst samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from forge.accounts.principals import Principal
from forge.builds.evaluations.outcomes import evaluation_of
from forge.builds.models import Build
from forge.datasets.models import Sample
from forge.datasets.playing import may_play
from forge.datasets.recordings.access import samples_by_digest
from rune.assessment.evaluation.changes import EvaluationChange, LostTests, answer_moves, evaluation_change, lost_tests
from rune.assessment.evaluation.evaluation import Evaluation, SampleOutcome
from rune.assessment.evaluation.metrics import Confusion
from rune.assessment.evaluation.wording import (
    accuracy_sentence,
    lost_sentences,
    outcome_sentence,
    percent,
    stream_sentence,
)
from rune.statistics.intervals import Share
from rune.wording import counted

WIDEST = 16
"""Labels of a confusion matrix that fits a page."""


@dataclass(frozen=True)
class EvaluatedLabelRow:
    """A label: the shares with their intervals, as text; `before` is the earlier build's recall."""

    label: str
    samples: int
    recall: str
    recall_between: str
    precision: str
    before: str
    is_few: bool


@dataclass(frozen=True)
class EvaluatedLabel:
    """The count of a label's samples for each answer, and whether that answer is right."""

    label: str
    counts: tuple[tuple[int, bool], ...]


@dataclass(frozen=True)
class MovedCell:
    """The number of samples of a label that have an answer beyond those in the earlier build; negative where there are
    fewer."""

    count: int
    is_right: bool

    @property
    def text(self) -> str:
        """The number with its sign; "" where nothing moved."""
        return f"{self.count:+,}".replace("-", "−") if self.count else ""

    @property
    def mood(self) -> Literal["good", "worse", ""]:
        """More correct answers and fewer wrong ones are good."""
        if not self.count:
            return ""
        return "good" if (self.count > 0) is self.is_right else "worse"


@dataclass(frozen=True)
class MovedSamples:
    """The part of a confusion matrix in which samples moved: its answers, and a row for each label."""

    answers: tuple[str, ...]
    rows: tuple[tuple[str, tuple[MovedCell, ...]], ...]


@dataclass(frozen=True)
class ShownSample:
    """A sample among the worst ones.

    `address` is None once the recording is withdrawn, and "" for who may not play it; `was` is its result before.
    """

    label: str
    answer: str
    kind: str
    address: str | None
    is_right: bool
    was: Literal["right", "wrong", ""]


@dataclass(frozen=True)
class ShownEvaluation:
    """An evaluation for a page. `change` compares it with the earlier build's, in a sentence."""

    accuracy: str
    sentence: str
    stream: str | None
    is_few: bool
    before_accuracy: str
    change: str
    mood: Literal["good", "worse", "muted"]
    better: int
    worse: int
    labels: tuple[EvaluatedLabelRow, ...]
    answers: tuple[str, ...]
    confusion: tuple[EvaluatedLabel, ...]
    moved_samples: MovedSamples | None
    """The moved samples; None where no sample moved, or more labels than a page has room for."""
    worst: tuple[ShownSample, ...]
    notes: tuple[str, ...]
    lost: tuple[str, ...]
    """The tests of the earlier build that this one lacks, in sentences."""

    @property
    def change_words(self) -> str:
        """The comparison in a few words; "" where there is none. Two figures that differ by no more than chance are not
        said to be equal."""
        if not self.change:
            return ""
        if self.mood != "muted":
            return {"good": "Better", "worse": "Worse"}[self.mood]
        has_moved = self.better > 0 or self.worse > 0 or self.accuracy != self.before_accuracy
        return "Too few samples to tell" if has_moved else "No difference"


def lost_between(before: Build | None, build: Build) -> LostTests:
    """Returns the tests of an earlier build that this one lacks."""
    then, now = evaluation_of(before) if before is not None else None, evaluation_of(build)
    return LostTests((), 0) if then is None or now is None else lost_tests(then, now)


def shown_evaluation(principal: Principal, build: Build, before: Build | None) -> ShownEvaluation | None:
    """Returns the evaluation of a build beside an earlier one; None if it ran on no samples."""
    evaluation = evaluation_of(build)
    if evaluation is None:
        return None
    then = evaluation_of(before) if before is not None else None
    change = evaluation_change(then, evaluation) if then is not None else None
    share, earlier = evaluation.accuracy, then.accuracy if then is not None else None
    table = evaluation.confusion
    return ShownEvaluation(
        accuracy=percent(share.value) if share else "",
        sentence=accuracy_sentence(evaluation),
        stream=stream_sentence(evaluation),
        is_few=share is None or not share.is_precise,
        before_accuracy=percent(earlier.value) if earlier else "",
        change=_change_sentence(change),
        mood=_mood(change),
        better=len(change.better) if change else 0,
        worse=len(change.worse) if change else 0,
        labels=_labels(evaluation, then),
        answers=tuple(_answer(answer) for answer in table.answers),
        confusion=_confusion(table),
        moved_samples=None if then is None else moved_samples(answer_moves(then, evaluation)),
        worst=_worst(principal, build, evaluation, then),
        notes=tuple(_notes(evaluation)),
        lost=() if then is None else lost_sentences(lost_tests(then, evaluation)),
    )


def _change_sentence(change: EvaluationChange | None) -> str:
    if change is None:
        return ""
    if change.common == 0:
        return "No sample was run on both builds, so they cannot be compared."
    both = f"Of {counted(change.common, 'sample')} that both builds were run on"
    if not change.better and not change.worse:
        return f"{both}, none changed."
    sentence = f"{both}, {len(change.better)} became right and {len(change.worse)} became wrong."
    return sentence if change.is_significant else f"{sentence} That is no better than chance."


def _mood(change: EvaluationChange | None) -> Literal["good", "worse", "muted"]:
    if change is None or not change.is_significant:
        return "muted"
    return "good" if len(change.better) > len(change.worse) else "worse"


def _labels(evaluation: Evaluation, then: Evaluation | None) -> tuple[EvaluatedLabelRow, ...]:
    earlier = {each.label: each.recall for each in then.label_figures} if then is not None else {}
    return tuple(
        EvaluatedLabelRow(
            each.label,
            each.samples,
            _percent(each.recall),
            f"{percent(each.recall.low)} to {percent(each.recall.high)}" if each.recall else "",
            _percent(each.precision),
            _percent(earlier.get(each.label)),
            each.recall is not None and not each.recall.is_precise,
        )
        for each in evaluation.label_figures
    )


def _confusion(table: Confusion) -> tuple[EvaluatedLabel, ...]:
    """The rows of a matrix that a page has room for; none of a larger one."""
    if len(table.answers) > WIDEST:
        return ()
    return tuple(
        EvaluatedLabel(
            label, tuple((count, answer == label) for answer, count in zip(table.answers, counts, strict=True))
        )
        for label, counts in zip(table.labels, table.counts, strict=True)
    )


def moved_samples(moves: Mapping[tuple[str, str | None], int]) -> MovedSamples | None:
    """The labels and answers of moved samples (`rune.assessment.evaluation.changes.moved`), in alphabetical order."""
    labels = sorted({label for label, _ in moves})
    answers = sorted({answer for _, answer in moves}, key=lambda answer: (answer is None, answer or ""))
    if not moves or max(len(labels), len(answers)) > WIDEST:
        return None
    rows = (
        (label, tuple(MovedCell(moves.get((label, answer), 0), answer == label) for answer in answers))
        for label in labels
    )
    return MovedSamples(tuple(_answer(answer) for answer in answers), tuple(rows))


def _answer(answer: str | None) -> str:
    return "no answer" if answer is None else answer


def _percent(share: Share | None) -> str:
    return "–" if share is None else percent(share.value)


def _worst(
    principal: Principal, build: Build, evaluation: Evaluation, then: Evaluation | None
) -> tuple[ShownSample, ...]:
    wrong = [each for each in evaluation.worst if not each.is_right]
    samples = samples_by_digest(principal, build.project, [each.name for each in wrong])
    was = {each.name: each.is_right for each in then.outcomes} if then is not None else {}

    def shown_sample(outcome: SampleOutcome) -> ShownSample:
        sample = samples.get(outcome.name)
        return ShownSample(
            outcome.label,
            outcome_sentence(outcome),
            "" if sample is None else sample.kind,
            None if sample is None else _address(principal, sample),
            outcome.is_right,
            "" if outcome.name not in was else "right" if was[outcome.name] else "wrong",
        )

    return tuple(shown_sample(each) for each in wrong)


def _address(principal: Principal, sample: Sample) -> str:
    return f"/api/v1/samples/{sample.pk}/recording" if may_play(principal, sample) else ""


def _notes(evaluation: Evaluation) -> list[str]:
    notes = [
        f"The rune has no label {label}, so {counted(count, 'sample')} of it cannot be right. "
        "Correct the label, or add it to the rune's words."
        for label, count in evaluation.unknown_labels.items()
    ]
    if evaluation.left:
        notes.append(f"The time limit was reached before {counted(evaluation.left, 'sample')}, which are not counted.")
    if evaluation.removed:
        were = "was" if evaluation.removed == 1 else "were"
        notes.append(
            f"{counted(evaluation.removed, 'sample')} {were} deleted since. The figures are those of the others."
        )
    if evaluation.unread:
        notes.append(f"{counted(len(evaluation.unread), 'sample')} could not be read: {evaluation.unread[0].reason}")
    return notes
