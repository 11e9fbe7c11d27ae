"""An evaluation in sentences and lines for a person. The pages and the command say it with the same words."""

from __future__ import annotations

from collections.abc import Iterator

from rune.running.evaluation.evaluation import Evaluation, Outcome
from rune.running.evaluation.intervals import Share
from rune.running.evaluation.metrics import Confusion
from rune.wording import counted, plain

_WIDEST_TABLE = 16
"""Labels of a confusion matrix that fits a terminal."""
_NONE = "(none)"


def percent(share: float) -> str:
    """A share as people read it: `98.3 %`, `100 %`."""
    shown = f"{share * 100:.1f}"
    return f"{shown.removesuffix('.0')} %"


def accuracy_sentence(found: Evaluation) -> str:
    """How many are right, between what and what the accuracy lies, and whether that tells anything."""
    share = found.accuracy
    if share is None:
        return "No sample has one answer, so there is no accuracy."
    right = sum(label == answer for label, answer in found.pairs)
    counts = f"{right} of {counted(len(found.pairs), 'sample')} right: {percent(share.value)}"
    between = f"between {percent(share.low)} and {percent(share.high)} in 95 of 100 such tests"
    few = "" if share.is_telling else ". These are too few samples to tell more"
    return f"{counts}, {between}{few}."


def stream_sentence(found: Evaluation) -> str | None:
    """Hits and false alarms of long recordings; None where there are none."""
    stream = found.stream
    if stream is None:
        return None
    length = f"{stream.hours * 60:.1f} minutes" if stream.hours < 1 else f"{stream.hours:.1f} hours"
    rate = stream.false_alarms
    return (
        f"In {length} of recordings: {stream.hits} of {counted(stream.events, 'event')} hit, "
        f"{counted(stream.alarms, 'false alarm')}, that is {_rate(rate.value)} an hour, between {_rate(rate.low)} and "
        f"{_rate(rate.high)}."
    )


def _rate(value: float) -> str:
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"


def outcome_sentence(outcome: Outcome) -> str:
    """What the rune said of one sample."""
    if outcome.failure is not None:
        return f"no answer: {plain(outcome.failure, 200)}"
    if outcome.is_marked:
        alarms = counted(outcome.false_alarms, "false alarm")
        return f"{outcome.hits} of {counted(outcome.events, 'event')} hit, {alarms}"
    verdict = "right" if outcome.is_right else f"taken for {plain(outcome.answer or _NONE)}"
    return verdict if outcome.margin is None else f"{verdict}, margin {outcome.margin:+.2f}"


def lines(found: Evaluation) -> Iterator[str]:
    """All of it, for a terminal."""
    yield accuracy_sentence(found)
    stream = stream_sentence(found)
    if stream is not None:
        yield stream
    yield from _notes(found)
    if found.pairs:
        yield ""
        yield from _label_lines(found)
        yield ""
        yield from _confusion_lines(found.confusion)
    wrong = [each for each in found.worst if not each.is_right]
    if wrong:
        yield ""
        yield "Worst samples:"
        yield from (f"  {plain(each.name, 100)} ({plain(each.label)}): {outcome_sentence(each)}" for each in wrong)


def _notes(found: Evaluation) -> Iterator[str]:
    for label, count in found.unknown_labels.items():
        yield f"The rune has no label {plain(label)}, so {counted(count, 'sample')} of it cannot be right."
    if found.left:
        yield f"The time was over before {counted(found.left, 'sample')}; nothing is said of those."
    if found.unread:
        yield f"Could not be read, and left out: {counted(len(found.unread), 'file')}."
        yield from (f"  {plain(each.name, 100)}: {plain(each.reason, 200)}" for each in found.unread)


def _label_lines(found: Evaluation) -> Iterator[str]:
    figures = found.label_figures
    width = max(len(plain(each.label)) for each in figures)
    yield f"{'label':<{width}}  samples  recall                  precision"
    for each in figures:
        recall, precision = _interval(each.recall), _interval(each.precision)
        yield f"{plain(each.label):<{width}}  {each.samples:>7}  {recall:<22}  {precision}"


def _interval(share: Share | None) -> str:
    if share is None:
        return "-"
    few = "" if share.is_telling else ", few"
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
            yield f"  {plain(label)} taken for {plain(answer or _NONE)}: {count}"
        return
    first = max(len(plain(label)) for label in table.labels)
    yield "Label below, answer above:"
    yield f"  {'':<{first}}  {'  '.join(answers)}"
    for label, row in zip(table.labels, table.counts, strict=True):
        cells = "  ".join(f"{count or '.':>{len(answer)}}" for count, answer in zip(row, answers, strict=True))
        yield f"  {plain(label):<{first}}  {cells}".rstrip()
