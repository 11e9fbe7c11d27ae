"""The table of labels and answers, as the page of a project's data shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from forge.datasets.analysis.serializers import DataConfusionJson

MAX_LABELS = 12
"""Labels and answers that the table has: the most frequent ones."""


@dataclass(frozen=True)
class AnswerCount:
    """The number of samples of a label that got an answer."""

    answer: str
    count: int
    is_right: bool


@dataclass(frozen=True)
class LabelAnswers:
    """A label with its answers."""

    label: str
    cells: Sequence[AnswerCount]


@dataclass(frozen=True)
class ConfusionTable:
    """Rows are labels, columns are answers."""

    answers: Sequence[str]
    rows: Sequence[LabelAnswers]


def confusion_table(confusion: Sequence[DataConfusionJson]) -> ConfusionTable | None:
    """The table of the most frequent labels and answers; None where nothing was answered."""
    if not confusion:
        return None
    totals: Counter[str] = Counter()
    for each in confusion:
        totals[each["label"]] += each["count"]
        totals[each["answer"]] += each["count"]
    names = sorted(name for name, _ in totals.most_common(MAX_LABELS))
    counts = {(each["label"], each["answer"]): each["count"] for each in confusion}
    labels = {each["label"] for each in confusion}
    return ConfusionTable(
        names,
        [
            LabelAnswers(
                label, [AnswerCount(answer, counts.get((label, answer), 0), label == answer) for answer in names]
            )
            for label in names
            if label in labels
        ],
    )
