"""The result of an evaluation: an outcome for each sample, and the figures that follow from them. As JSON and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any, Final

from rune.assessment.evaluation.metrics import Confusion, LabelFigures, accuracy, confusion, label_figures
from rune.statistics.intervals import Rate, Share, rate_an_hour

FORMAT: Final = 1
"""The version of the JSON. A reader that does not know a format shows nothing of it."""
WORST: Final = 12
"""Samples that are listed as the worst."""


@dataclass(frozen=True)
class SampleOutcome:
    """The result of one sample.

    `answer` is None where the rune gave none; `failure` then says why. `margin` is the score of the right label less
    the highest of another, -1 to 1, after R. E. Schapire et al., "Boosting the margin", Ann. Statist. 26 (1998); None
    where the rune sends no scores. A recording with marked events has no answer of its own and is in no confusion
    matrix: `events` of it happened, `hits` were found. `seconds` is the length of a recording of several windows; 0 for
    others, and for tables, whose rows have no time.
    """

    name: str
    label: str
    answer: str | None
    margin: float | None = None
    failure: str | None = None
    events: int = 0
    hits: int = 0
    false_alarms: int = 0
    seconds: float = 0.0
    is_marked: bool = False

    @property
    def is_right(self) -> bool:
        """Whether the answer is the label; with marked events, whether all were hit and nothing else was called."""
        if self.is_marked:
            return self.hits == self.events and not self.false_alarms and self.failure is None
        return self.answer == self.label


@dataclass(frozen=True)
class UnreadSample:
    """A sample that could not be read as the rune's input, and why. It counts for nothing."""

    name: str
    reason: str


@dataclass(frozen=True)
class StreamFigures:
    """The figures of all recordings that are longer than a window. `hours` are those on which the rune did not fail,
    and `false_alarms` is their rate; None where there are no hours, as of tables."""

    recordings: int
    hours: float
    events: int
    hits: int
    alarms: int
    false_alarms: Rate | None


@dataclass(frozen=True)
class Evaluation:
    """A rune on samples. `labels` are the rune's own; `left` samples were not run because the time was over, and of
    `removed` samples nothing is known any more, because their recordings were deleted since."""

    labels: tuple[str, ...]
    outcomes: tuple[SampleOutcome, ...]
    unread: tuple[UnreadSample, ...] = ()
    left: int = 0
    removed: int = 0

    @cached_property
    def pairs(self) -> tuple[tuple[str, str | None], ...]:
        """Label and answer of each sample that has one answer."""
        return tuple((each.label, each.answer) for each in self.outcomes if not each.is_marked)

    @property
    def accuracy(self) -> Share | None:
        return accuracy(self.pairs)

    @property
    def label_figures(self) -> tuple[LabelFigures, ...]:
        return label_figures(self.pairs, self.labels)

    @property
    def confusion(self) -> Confusion:
        return confusion(self.pairs, self.labels)

    @property
    def stream(self) -> StreamFigures | None:
        """The figures of long recordings; None where no recording is longer than a window."""
        streams = [each for each in self.outcomes if each.seconds or each.events or each.is_marked]
        if not streams:
            return None
        hours = sum(each.seconds for each in streams if each.failure is None) / 3600
        alarms = sum(each.false_alarms for each in streams)
        events, hits = sum(each.events for each in streams), sum(each.hits for each in streams)
        return StreamFigures(len(streams), hours, events, hits, alarms, rate_an_hour(alarms, hours) if hours else None)

    @property
    def unknown_labels(self) -> Mapping[str, int]:
        """Labels of samples that the rune has no word for, with their number: none of them can be right."""
        counts = Counter(each.label for each in self.outcomes if self.labels and each.label not in self.labels)
        return {label: counts[label] for label in sorted(counts) if label}

    @property
    def worst(self) -> tuple[SampleOutcome, ...]:
        """Wrong ones first, led by those that the rune was surest of; then the right ones that it nearly missed."""

        def order(outcome: SampleOutcome) -> tuple[bool, float, str]:
            return outcome.is_right, 0.0 if outcome.margin is None else outcome.margin, outcome.name

        candidates = [each for each in self.outcomes if not each.is_right or each.margin is not None]
        return tuple(sorted(candidates, key=order)[:WORST])

    def without(self, names: Collection[str]) -> Evaluation:
        """Returns the evaluation without what it says of these samples; itself where it says nothing of them."""
        outcomes = tuple(each for each in self.outcomes if each.name not in names)
        unread = tuple(each for each in self.unread if each.name not in names)
        count = len(self.outcomes) + len(self.unread) - len(outcomes) - len(unread)
        if not count:
            return self
        return replace(self, outcomes=outcomes, unread=unread, removed=self.removed + count)

    def to_json(self) -> dict[str, Any]:
        """Figures for readers, and the outcomes, from which `from_json` restores the evaluation."""
        table = self.confusion
        return {
            "format": FORMAT,
            "samples": len(self.outcomes),
            "right": sum(each.is_right for each in self.outcomes),
            "accuracy": _share(self.accuracy),
            "labels": [
                {
                    "label": each.label,
                    "samples": each.samples,
                    "answers": each.answers,
                    "right": each.right,
                    "precision": _share(each.precision),
                    "recall": _share(each.recall),
                    "f1": _rounded(each.f1),
                }
                for each in self.label_figures
            ],
            "confusion": {"labels": list(table.labels), "answers": list(table.answers), "counts": table.counts},
            "stream": self._stream_json(),
            "unknown_labels": dict(self.unknown_labels),
            "known_labels": list(self.labels),
            "left": self.left,
            "removed": self.removed,
            "worst": [each.name for each in self.worst],
            "outcomes": [
                {**asdict(each), "margin": _rounded(each.margin), "right": each.is_right} for each in self.outcomes
            ],
            "unread": [asdict(each) for each in self.unread],
        }

    def _stream_json(self) -> dict[str, Any] | None:
        stream = self.stream
        if stream is None:
            return None
        return {
            "recordings": stream.recordings,
            "hours": _rounded(stream.hours, 6),
            "events": stream.events,
            "hits": stream.hits,
            "false_alarms": stream.alarms,
            "false_alarms_an_hour": None
            if stream.false_alarms is None
            else {name: _rounded(value) for name, value in asdict(stream.false_alarms).items()},
        }

    @staticmethod
    def from_json(fields: Mapping[str, Any]) -> Evaluation:
        """Restores an evaluation from the JSON of `to_json`. Raises `ValueError` for another format."""
        if fields.get("format") != FORMAT:
            raise ValueError(f"an evaluation of format {fields.get('format')!r}, not {FORMAT}")
        return Evaluation(
            tuple(fields["known_labels"]),
            tuple(_outcome(each) for each in fields["outcomes"]),
            tuple(UnreadSample(each["name"], each["reason"]) for each in fields["unread"]),
            fields["left"],
            # An evaluation of before has none.
            fields.get("removed", 0),
        )


def _outcome(fields: Mapping[str, Any]) -> SampleOutcome:
    return SampleOutcome(**{name: value for name, value in fields.items() if name != "right"})


def _share(share: Share | None) -> dict[str, Any] | None:
    if share is None:
        return None
    return {
        "value": _rounded(share.value),
        "low": _rounded(share.low),
        "high": _rounded(share.high),
        "is_precise": share.is_precise,
    }


def _rounded(value: float | None, digits: int = 4) -> float | None:
    return None if value is None else round(value, digits)
