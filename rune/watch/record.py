"""The record that a rune carries of its counting: its bins, and the counts of the test samples, the reference, with how
many of these answers were right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rune.watch.counts import LARGEST, Counts
from rune.watch.layout import BadLayout, WatchLayout


@dataclass(frozen=True)
class WatchRecord:
    """The bins of a rune, and its reference; None where there were no samples. `right` is how many answers of the
    reference are the label of their sample; None where that is not known of each."""

    layout: WatchLayout
    reference: Counts | None = None
    right: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Returns it as JSON."""
        reference = {} if self.reference is None else {"reference": counts_to_json(self.reference)}
        right = {} if self.right is None else {"right": self.right}
        return {"layout": self.layout.to_json()} | reference | right

    @staticmethod
    def from_json(value: object) -> WatchRecord:
        """Reads JSON that anybody may have written. Raises `BadLayout`."""
        if not isinstance(value, dict):
            raise BadLayout("What a rune counts is described by an object.")
        layout = WatchLayout.from_json(value.get("layout"))
        reference = value.get("reference")
        counts = None if reference is None else counts_from_json(reference, layout)
        return WatchRecord(layout, counts, _right(value.get("right"), counts))


def _right(value: object, reference: Counts | None) -> int | None:
    if value is None:
        return None
    most = 0 if reference is None else sum(reference.confidence)
    if type(value) is not int or not 0 <= value <= most:
        raise BadLayout(f"Of the counts of test samples, 0 to {most} are right.")
    return value


def counts_to_json(counts: Counts) -> dict[str, Any]:
    """Returns what a rune itself counts, as JSON."""
    groups: dict[str, Any] = {"labels": [*counts.labels], "confidence": [*counts.confidence]}
    if counts.features:
        groups["features"] = [[*group] for group in counts.features]
    return {name: group for name, group in groups.items() if group}


def counts_from_json(value: object, layout: WatchLayout) -> Counts:
    """Reads the counts of a layout, which anybody may have written. Raises `BadLayout`."""
    if not isinstance(value, dict):
        raise BadLayout("Counts are an object.")
    features = value.get("features", [])
    if not isinstance(features, list):
        raise BadLayout("Counts of features are lists in a list.")
    groups = [value.get("labels", []), value.get("confidence", []), *features]
    for group in groups:
        if not isinstance(group, list) or not all(type(count) is int and 0 <= count <= LARGEST for count in group):
            raise BadLayout(f"A count is a whole number from 0 to {LARGEST}.")
    counts = counts_of_groups([tuple(group) for group in groups])
    if not counts.fits(layout):
        raise BadLayout("The counts have other bins than the rune.")
    return counts


def counts_of_groups(groups: Sequence[tuple[int, ...]]) -> Counts:
    """Returns the counts of the groups of a layout, in the order of `WatchLayout.sizes`."""
    labels, confidence, *features = groups
    answers = sum(labels) if labels else sum(features[0]) if features else 0
    return Counts(labels, confidence, tuple(features), answers=answers)


def counts_of_numbers(numbers: Sequence[int], layout: WatchLayout) -> Counts:
    """Returns the counts of a rune's counters, one after the other in the order of the bins."""
    groups, start = [], 0
    for size in layout.sizes:
        groups.append(tuple(numbers[start : start + size]))
        start += size
    return counts_of_groups(groups)
