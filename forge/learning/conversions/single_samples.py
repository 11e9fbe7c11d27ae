"""The part of a form's figures that is about single samples: answers for them, and their numbers. Pure functions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

JUDGED_ON = "judged_on"
"""The key of figures that has the numbers of the samples on which they were measured."""
REMOVED = "removed"
"""The key of figures that has those of the samples that were deleted since."""


def removed_count(figures: Mapping[str, Any]) -> int:
    """Returns how many samples of the figures were deleted since they were measured."""
    return len(figures.get(REMOVED, ()))


def removed_from_any(all_figures: Iterable[Mapping[str, Any]]) -> int:
    """Returns how many samples of one or several of these figures were deleted since."""
    return len({number for figures in all_figures for number in figures.get(REMOVED, ())})


def without_samples(figures: Mapping[str, Any], numbers: Collection[int]) -> dict[str, Any]:
    """The figures of a form without the answers for samples with these numbers."""
    removed_numbers = {number for number in figures.get(JUDGED_ON, ()) if number in numbers}
    if not removed_numbers:
        return dict(figures)
    rest = {**figures, REMOVED: sorted({*figures.get(REMOVED, ()), *removed_numbers})}
    if "answers" in figures:
        rest["answers"] = [row for row in figures["answers"] if row[0] not in removed_numbers]
    return rest
