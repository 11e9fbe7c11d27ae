"""The answers of tools about how good a build is: shares with their ranges, mistakes by the number of their sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from rune.assessment.evaluation.changes import evaluation_change, lost_tests
from rune.assessment.evaluation.evaluation import Evaluation, SampleOutcome
from rune.assessment.evaluation.wording import lost_sentences
from rune.devices.boards.board import Board
from rune.devices.boards.fit import Fit, FitVerdict, Needs, fit
from rune.statistics.intervals import wilson
from rune.tools.mcp.declarations import ToolAnswer
from rune.wording import counted, listed, size_text

MOST_MISTAKES: Final = 20
"""Mistakes that one answer names."""


class RangedShare(ToolAnswer):
    """A share from 0 to 1 of so many samples, with the 95 % range. Ranges that overlap may differ by chance."""

    name: str
    right: int
    samples: int
    share: float
    low: float
    high: float


class SampleMistake(ToolAnswer):
    """A sample that is answered wrongly, by its number: its label, and the answer."""

    sample: int
    label: str
    answer: str


class BoardVerdict(ToolAnswer):
    """A board, and whether the rune fits it: bytes, and milliseconds of one run where they can be estimated."""

    board: str
    verdict: str
    reason: str
    ram_bytes: int | None
    flash_bytes: int | None
    milliseconds: str


class EvaluationAnswer(ToolAnswer):
    """A build on the test samples. `by_label` has the share of each label's samples that are right."""

    build: int
    sentence: str
    stream: str
    accuracy: RangedShare | None
    by_label: list[RangedShare]
    mistakes: list[SampleMistake]
    wrong: int
    boards: list[BoardVerdict]
    page: str


class FigureChange(ToolAnswer):
    """A figure of the later build beside that of the earlier one, in words. Less is better."""

    name: str
    before: str
    after: str
    change: str


class BuildsCompared(ToolAnswer):
    """The difference between two builds. `became_right` and `became_wrong` are numbers of test samples."""

    sentences: list[str]
    figures: list[FigureChange]
    accuracy_before: RangedShare | None
    accuracy_after: RangedShare | None
    verdict: str
    became_right: list[int]
    became_wrong: list[int]
    page: str


def ranged(name: str, right: int, samples: int) -> RangedShare | None:
    """Returns a share with its range; None of no samples."""
    if not samples:
        return None
    share = wilson(right, samples)
    return RangedShare(name=name, right=right, samples=samples, share=share.value, low=share.low, high=share.high)


def accuracy_of(evaluation: Evaluation | None) -> RangedShare | None:
    """Returns the accuracy with its range; None without samples that have one answer."""
    if evaluation is None:
        return None
    return ranged("test", sum(label == answer for label, answer in evaluation.pairs), len(evaluation.pairs))


def shares_by_label(evaluation: Evaluation) -> list[RangedShare]:
    """Returns the share of each label's samples that are right."""
    shares = (ranged(each.label, each.right, each.samples) for each in evaluation.label_figures)
    return [each for each in shares if each is not None]


def worst_mistakes(evaluation: Evaluation, numbers: Mapping[str, int]) -> list[SampleMistake]:
    """Returns the worst mistakes; `numbers` are those of the samples by their names in the evaluation."""
    return [
        SampleMistake(sample=numbers[each.name], label=each.label, answer=_answer(each))
        for each in worst_wrong(evaluation)
        if each.name in numbers
    ]


def worst_wrong(evaluation: Evaluation) -> list[SampleOutcome]:
    """Returns the wrong answers that an answer names, the worst first."""
    return [each for each in evaluation.worst if not each.is_right][:MOST_MISTAKES]


def verdict_of_accuracies(then: Evaluation | None, now: Evaluation | None) -> str:
    """Returns what can be said of two accuracies, in sentences: what chance gives as often is no difference."""
    if then is None or now is None:
        return "One of these builds ran on no test sample, so their accuracies cannot be compared."
    change = evaluation_change(then, now)
    if change.common == 0:
        return "No sample was run on both builds, so their accuracies cannot be compared."
    both = f"Of {counted(change.common, 'sample')} that both builds were run on, {len(change.better)} became right and"
    sentences = [f"{both} {len(change.worse)} became wrong."]
    if not change.is_significant:
        sentences.append("That is no better than chance.")
    before, after = accuracy_of(then), accuracy_of(now)
    if before and after:
        overlap = before.low <= after.high and after.low <= before.high
        words = "overlap: the difference may be chance" if overlap else "do not overlap"
        sentences.append(f"The ranges of both accuracies {words}.")
    return " ".join([*sentences, *lost_sentences(lost_tests(then, now))])


def verdict_on_board(board: Board, needs: Needs, period: float | None = None) -> BoardVerdict:
    """Returns whether a rune with these needs fits a board. `period` is how long a frame of its sensor lasts, in
    milliseconds."""
    fitting = fit(needs, board, period)
    return BoardVerdict(
        board=board.key,
        verdict=fitting.verdict.value,
        reason=_excess(fitting),
        ram_bytes=fitting.ram.needed,
        flash_bytes=fitting.flash.needed,
        milliseconds=fitting.time.text if fitting.time else "",
    )


def listed_numbers(names: Sequence[str], numbers: Mapping[str, int]) -> list[int]:
    """Returns the numbers of samples, sorted."""
    return sorted(numbers[each] for each in names if each in numbers)


def _excess(fitting: Fit) -> str:
    if fitting.verdict is not FitVerdict.TOO_LARGE:
        return ""
    rooms = (("RAM", fitting.ram), ("flash", fitting.flash))
    return listed([f"{name} by {size_text(room.excess)}" for name, room in rooms if room.excess])


def _answer(outcome: SampleOutcome) -> str:
    if outcome.is_marked:
        return f"{outcome.hits} of {outcome.events} events, {counted(outcome.false_alarms, 'false alarm')}"
    return "no answer" if outcome.answer is None else outcome.answer
