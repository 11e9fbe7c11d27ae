"""The part of a run that is about single samples: the answers for them, and the counts of pictures. Pure functions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

REMOVED = "removed"
"""The key of a description that has the numbers of the run's samples that were deleted since."""


def removed_count(description: Mapping[str, Any]) -> int:
    """Returns how many samples of a run were deleted since it read them."""
    return len(description.get(REMOVED, ()))


def without_samples(
    description: Mapping[str, Any], answers: Mapping[str, Any], report: Mapping[str, Any], numbers: Collection[int]
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]] | None:
    """The description, the answers and the report of a run without what they say of samples with these numbers. None
    where the run has none of them.

    Their numbers stay in the description, which says from which samples the run learned.
    """
    recordings = description.get("recordings", ())
    removed_numbers = {number for number in recordings if number in numbers}
    if not removed_numbers:
        return None
    places = {place for place, number in enumerate(recordings) if number in removed_numbers}
    remaining_answers = {
        name: rows if name == "epoch" else [row for row in rows if int(row[0]) not in places]
        for name, rows in answers.items()
    }
    judgements = {split: _without_places(each, places) for split, each in report.get("judgements", {}).items()}
    return (
        {**description, REMOVED: sorted({*description.get(REMOVED, ()), *removed_numbers})},
        remaining_answers,
        {**report, "judgements": judgements} if judgements else dict(report),
    )


def _without_places(judgement: Mapping[str, Any], places: Collection[int]) -> dict[str, Any]:
    if "worst_counts" not in judgement:
        return dict(judgement)
    counts = [each for each in judgement["worst_counts"] if each["recording"] not in places]
    return {**judgement, "worst_counts": counts}
