"""Marked places of long sounds as other tools write them: where which label happens, in seconds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rune.datasets.content.content import BadContent, Content, Kind
from rune.datasets.positions import MAX_PLACES


@dataclass(frozen=True)
class MarkedPlace:
    """The place of a label in a recording, in seconds, or in values where `in_values`."""

    label: str
    start: float
    end: float
    in_values: bool = False


def longest_label(places: Sequence[MarkedPlace]) -> str:
    """Returns the label that happens for the longest time, "" without a place: that of the whole recording."""
    lengths: dict[str, float] = defaultdict(float)
    for place in places:
        lengths[place.label] += place.end - place.start
    return max(sorted(lengths), key=lambda label: lengths[label], default="")


def places_of(places: Sequence[MarkedPlace] | None, content: Content) -> list[dict[str, Any]] | None:
    """Returns the marked places of a recording that was read, as the data stores them. A place that ends behind the
    recording ends with it. Raises `BadContent` for one that begins behind it, and for a recording that is no sound."""
    if places is None:
        return None
    if content.kind is not Kind.SOUND:
        if len({place.label for place in places}) == 1:
            return None
        raise BadContent("It has several labels over time. Cut it into parts of one label.")
    if len(places) > MAX_PLACES:
        raise BadContent(f"It has {len(places):,} marked places; the limit is {MAX_PLACES}.")
    seconds = content.milliseconds / 1000
    rate = float(content.drawing["rate"])
    marks = sorted(
        (each.start / unit, min(each.end / unit, seconds), each.label)
        for each in places
        for unit in [rate if each.in_values else 1.0]
    )
    if any(not 0 <= start < end for start, end, _ in marks):
        raise BadContent(f"It has a marked place outside of its {seconds:g} seconds.")
    return [{"label": label, "start": start, "end": end} for start, end, label in marks]
