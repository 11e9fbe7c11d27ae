"""The accuracy with which the rune of a run counts objects, as sentences and cells of pages. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forge.learning.training.results.error_text import SPLITS, range_text
from forge.learning.training.running.lab_events import CountingJson, ErrorRangeJson


@dataclass(frozen=True)
class CountingRow:
    """The figures of a split as the page shows them; F1 and the errors have 95 % intervals."""

    split: str
    objects: int
    f1: str
    precision: str
    recall: str
    count_error: str
    baseline: str
    is_better: bool
    """Whether counts are surely better than without looking."""


@dataclass(frozen=True)
class CountedLabelRow:
    """The figures of a label."""

    label: str
    objects: int
    f1: str
    precision: str
    recall: str
    count_error: str


def counting_rows(judgements: Mapping[str, Any]) -> list[CountingRow]:
    """The figures of each split of a run's report that has them."""
    return [
        _row(title, judgements[split]["counting"])
        for split, title in SPLITS.items()
        if judgements.get(split, {}).get("counting")
    ]


def label_rows(judgements: Mapping[str, Any]) -> list[CountedLabelRow]:
    """The figures of each label on the validation split."""
    counting: CountingJson | None = judgements.get("validation", {}).get("counting")
    if counting is None:
        return []
    return [
        CountedLabelRow(
            label,
            own["objects"],
            _share(own["f1"]),
            _share(own["precision"]),
            _share(own["recall"]),
            f"{own['count_error']:.3g}",
        )
        for label, own in counting["labels"].items()
    ]


def counting_text(split: str, counting: CountingJson) -> str:
    """A sentence with the figures of a split."""
    return (
        f"Objects of the {split} split: F1 {share_range_text(counting['f1'])}, of {counting['objects']} objects, each "
        f"within one cell. Mean error of counts: {range_text(counting['count_error'])}; without looking it is "
        f"{range_text(counting['baseline'])}. Ranges are 95 %."
    )


def share_range_text(figure: ErrorRangeJson | None) -> str:
    """A share with its 95 % interval, in percent."""
    if figure is None:
        return "-"
    return f"{100 * figure['value']:.1f} % ({100 * figure['low']:.1f} to {100 * figure['high']:.1f} %)"


def _row(title: str, counting: CountingJson) -> CountingRow:
    return CountingRow(
        title,
        counting["objects"],
        share_range_text(counting["f1"]),
        _value(counting["precision"]),
        _value(counting["recall"]),
        range_text(counting["count_error"]),
        range_text(counting["baseline"]),
        counting["count_error"]["high"] < counting["baseline"]["value"],
    )


def _value(figure: ErrorRangeJson | None) -> str:
    return _share(None if figure is None else figure["value"])


def _share(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"
