"""An evaluation as sentences and lines, which the pages and the command share."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rune.assessment.evaluation.changes import LostTests
from rune.assessment.evaluation.evaluation import Evaluation, SampleOutcome
from rune.assessment.evaluation.metrics import Confusion
from rune.statistics.intervals import Share
from rune.wording import counted, listed, plain

_WIDEST_TABLE = 16
"""Labels of a confusion matrix that fits a terminal."""
_NONE = "(none)"


def percent(share: float) -> str:
    """A share as people read it: `98.3 %`, `100 %`."""
    digits = f"{share * 100:.1f}"
    return f"{digits.removesuffix('.0')} %"


def certainty(share: float, *, is_rounded: bool = False) -> str:
    """Says how sure a model is of its answer, from 0 to 1: `96 %`, `over 99 %`.

    `0 %` and `100 %` are written only where they are exact: models of 8 bits have 256 steps, and more digits would
    pretend. Scripts have the same rule in `frontend/src/look/certainty`. Of a score that was stored with two decimals,
    and so `is_rounded`, nobody knows that it was exact.
    """
    percent = math.floor(share * 100 + 0.5)
    if percent <= 0:
        return "under 1 %" if share > 0 or is_rounded else "0 %"
    if percent >= 100:
        return "over 99 %" if share < 1 or is_rounded else "100 %"
    return f"{percent} %"


def accuracy_sentence(evaluation: Evaluation) -> str:
    """Says how many samples are right, and the accuracy with its 95 % interval."""
    share = evaluation.accuracy
    if share is None:
        return "No sample has one answer, so there is no accuracy."
    right = sum(label == answer for label, answer in evaluation.pairs)
    counts = f"{right} of {counted(len(evaluation.pairs), 'sample')} right: {percent(share.value)}"
    interval = f"95 % interval {percent(share.low)} to {percent(share.high)}"
    few = "" if share.is_precise else ". These are too few samples for a precise figure"
    return f"{counts} ({interval}){few}."


def stream_sentence(evaluation: Evaluation) -> str | None:
    """Hits and false alarms of long recordings; None where there are none."""
    stream = evaluation.stream
    if stream is None:
        return None
    counts = f"{stream.hits} of {counted(stream.events, 'event')} hit, {counted(stream.alarms, 'false alarm')}"
    rate = stream.false_alarms
    if rate is None:
        return f"In {counted(stream.recordings, 'recording')}: {counts}."
    length = f"{stream.hours * 60:.1f} minutes" if stream.hours < 1 else f"{stream.hours:.1f} hours"
    interval = f"(95 % interval {_rate(rate.low)} to {_rate(rate.high)})"
    return f"In {length} of recordings: {counts}, that is {_rate(rate.value)} an hour {interval}."


def _rate(value: float) -> str:
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"


def outcome_sentence(outcome: SampleOutcome) -> str:
    """The result of one sample."""
    if outcome.failure is not None:
        return f"no answer: {plain(outcome.failure, 200)}"
    if outcome.is_marked:
        alarms = counted(outcome.false_alarms, "false alarm")
        return f"{outcome.hits} of {counted(outcome.events, 'event')} hit, {alarms}"
    verdict = "right" if outcome.is_right else f"classified as {plain(outcome.answer or _NONE)}"
    return verdict if outcome.margin is None else f"{verdict}, margin {outcome.margin:+.2f}"


def lines(evaluation: Evaluation) -> Iterator[str]:
    """All of it, for a terminal."""
    yield accuracy_sentence(evaluation)
    stream = stream_sentence(evaluation)
    if stream is not None:
        yield stream
    yield from _notes(evaluation)
    if evaluation.pairs:
        yield ""
        yield from _label_lines(evaluation)
        yield ""
        yield from _confusion_lines(evaluation.confusion)
    wrong = [each for each in evaluation.worst if not each.is_right]
    if wrong:
        yield ""
        yield "Worst samples:"
        yield from (f"  {plain(each.name, 100)} ({plain(each.label)}): {outcome_sentence(each)}" for each in wrong)


def _notes(evaluation: Evaluation) -> Iterator[str]:
    for label, count in evaluation.unknown_labels.items():
        yield f"The rune has no label {plain(label)}, so {counted(count, 'sample')} of it cannot be right."
    if evaluation.left:
        yield f"The time limit was reached before {counted(evaluation.left, 'sample')}, which are not counted."
    if evaluation.unread:
        yield f"Could not be read, and left out: {counted(len(evaluation.unread), 'file')}."
        yield from (f"  {plain(each.name, 100)}: {plain(each.reason, 200)}" for each in evaluation.unread)


def _label_lines(evaluation: Evaluation) -> Iterator[str]:
    figures = evaluation.label_figures
    rows = [
        ("label", "samples", "recall", "precision"),
        *(
            (plain(each.label), str(each.samples), _interval(each.recall), _interval(each.precision))
            for each in figures
        ),
    ]
    first, second, third, _ = (max(map(len, column)) for column in zip(*rows, strict=True))
    for label, samples, recall, precision in rows:
        yield f"{label:<{first}}  {samples:>{second}}  {recall:<{third}}  {precision}"


def _interval(share: Share | None) -> str:
    if share is None:
        return "-"
    few = "" if share.is_precise else ", few"
    return f"{percent(share.value)} ({share.low * 100:.0f} to {share.high * 100:.0f}{few})"


def _confusion_lines(table: Confusion) -> Iterator[str]:
    answers = [plain(answer) if answer is not None else _NONE for answer in table.answers]
    if len(answers) > _WIDEST_TABLE:
        yield "Confusions:"
        wrong = [
            (count, label, answer)
            for label, row in zip(table.labels, table.counts, strict=True)
            for answer, count in zip(table.answers, row, strict=True)
            if count and answer != label
        ]
        for count, label, answer in sorted(wrong, key=lambda each: (-each[0], each[1]))[:_WIDEST_TABLE]:
            yield f"  {plain(label)} classified as {plain(answer or _NONE)}: {count}"
        return
    yield "Confusion matrix, a row for each label and a column for each answer:"
    counts = [[str(count or ".") for count in row] for row in table.counts]
    widths = [max(map(len, column)) for column in zip(answers, *counts, strict=True)]
    first = max(len(plain(label)) for label in table.labels)
    for label, row in zip(["", *table.labels], [answers, *counts], strict=True):
        cells = (f"{text:>{width}}" for text, width in zip(row, widths, strict=True))
        yield f"  {plain(label):<{first}}  {'  '.join(cells)}"


def lost_sentences(lost: LostTests) -> tuple[str, ...]:
    """`Labels 2, 6 and 9 are no longer tested.` and how many samples are gone."""
    sentences = []
    if lost.labels:
        names = listed([plain(label) for label in lost.labels])
        one = len(lost.labels) == 1
        sentences.append(f"{'Label' if one else 'Labels'} {names} {'is' if one else 'are'} no longer tested.")
    if lost.samples:
        verb = "was" if lost.samples == 1 else "were"
        sentences.append(f"{counted(lost.samples, 'sample')} of the earlier test {verb} withdrawn or left out.")
    return tuple(sentences)
