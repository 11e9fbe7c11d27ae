"""The accuracy of a run: by label, by group, what is mixed up, and the worst mistakes. Pure functions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from rune.statistics.intervals import wilson

WORST = 10
"""Mistakes that are shown."""
OUTLINED_COUNT = 4
"""Recordings of one mistake from which on it is outlined."""


@dataclass(frozen=True)
class JudgedRecording:
    """A recording with the right label, the answer, and how sure that is, from 0 to 1. `group` is the number of who
    was recorded, None for nobody."""

    number: int
    label: str
    answer: str
    sureness: float
    group: int | None

    @property
    def is_right(self) -> bool:
        return self.label == self.answer


class ShareJson(TypedDict):
    """A share with its 95 % interval, from 0 to 1. `name` is a label, or the number of a group."""

    name: str
    right: int
    samples: int
    share: float
    low: float
    high: float


class MistakeJson(TypedDict):
    """A recording that is answered wrongly. `sample` is its number."""

    sample: int
    label: str
    answer: str
    sureness: float
    group: int | None


class RunJudgementJson(TypedDict):
    """The accuracy of the network, or of the finished rune, on recordings that it does not learn from."""

    epoch: int
    """0: the finished rune."""
    split: str
    labels: list[str]
    confusion: list[list[int]]
    """`[right][answer]` counts recordings."""
    accuracy: ShareJson | None
    by_label: list[ShareJson]
    by_group: list[ShareJson]
    """The worst first."""
    mistakes: list[MistakeJson]
    """The surest first."""
    wrong: int


def judged_recordings(
    labels: Sequence[str],
    recordings: Sequence[int],
    answers: Sequence[Sequence[float]],
    samples: Mapping[int, tuple[str, int | None]],
) -> list[JudgedRecording]:
    """The answers for recordings. `samples` has the label and the group of each number; what it lacks is left out."""
    rows = []
    for place, answer, sureness in answers:
        number = recordings[int(place)] if 0 <= int(place) < len(recordings) else 0
        if number in samples and 0 <= int(answer) < len(labels):
            label, group = samples[number]
            rows.append(JudgedRecording(number, label, labels[int(answer)], float(sureness), group))
    return rows


def judgement_of(rows: Sequence[JudgedRecording], labels: Sequence[str], epoch: int, split: str) -> RunJudgementJson:
    """All figures of a split."""
    by_label: dict[str, list[JudgedRecording]] = {label: [] for label in labels}
    by_group: dict[int, list[JudgedRecording]] = defaultdict(list)
    confusion = [[0] * len(labels) for _ in labels]
    place_of = {label: place for place, label in enumerate(labels)}
    for row in rows:
        if row.label not in place_of:
            continue
        by_label[row.label].append(row)
        confusion[place_of[row.label]][place_of[row.answer]] += 1
        if row.group is not None:
            by_group[row.group].append(row)
    wrong = sorted((row for row in rows if not row.is_right), key=lambda row: (-row.sureness, row.number))
    groups = [_share(str(group), members) for group, members in by_group.items()]
    return {
        "epoch": epoch,
        "split": split,
        "labels": list(labels),
        "confusion": confusion,
        "accuracy": _share("all", rows) if rows else None,
        "by_label": [_share(label, members) for label, members in by_label.items() if members],
        "by_group": sorted(groups, key=lambda each: (each["share"], -each["samples"])),
        "mistakes": [
            {
                "sample": row.number,
                "label": row.label,
                "answer": row.answer,
                "sureness": row.sureness,
                "group": row.group,
            }
            for row in wrong
        ],
        "wrong": len(wrong),
    }


def _share(name: str, rows: Sequence[JudgedRecording]) -> ShareJson:
    right = sum(row.is_right for row in rows)
    interval = wilson(right, len(rows))
    return {
        "name": name,
        "right": right,
        "samples": len(rows),
        "share": interval.value,
        "low": interval.low,
        "high": interval.high,
    }
