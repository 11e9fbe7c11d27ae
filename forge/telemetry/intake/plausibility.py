"""Says what cannot be in counts that a device sent. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from rune.watch.counts import Counts
from rune.watch.layout import TIME_EDGES, WatchLayout
from rune.watch.pairs import LabelPairs

FASTEST_RUN: Final = 50e-6
"""Seconds. No rune runs faster: reading its input and calling it takes longer."""
_SLACK: Final = 1.01
"""Clocks of devices differ a little, and counts are rounded."""


def impossible(counts: Counts, layout: WatchLayout, length: timedelta) -> str:
    """Returns why a device cannot have counted this in a period of this length; "" where it can."""
    seconds = length.total_seconds() * _SLACK
    most = int(seconds / FASTEST_RUN)
    runs, answers = sum(counts.time), counts.answers
    groups = (counts.labels, counts.confidence, *counts.features, counts.time)
    if max(answers, *map(sum, groups)) > most:
        return f"More than {most:,} runs are not possible in this time."
    if counts.microseconds > seconds * 1e6:
        return "The runs took longer than the period."
    return _of_rune(counts, layout, answers) or _of_time(counts, runs, answers, seconds)


def impossible_pairs(pairs: LabelPairs, length: timedelta) -> str:
    """Returns why a device cannot have counted these pairs in a period of this length; "" where it can."""
    most = int(length.total_seconds() * _SLACK / FASTEST_RUN)
    if pairs.compared + pairs.missed > most:
        return f"More than {most:,} answers are not possible in this time."
    return ""


def _of_rune(counts: Counts, layout: WatchLayout, answers: int) -> str:
    if layout.labels is not None and not is_near(sum(counts.labels), answers, counts.labels):
        return "The labels are not as many as the answers."
    labelled = sum(counts.labels)
    if layout.confidence is not None and not is_near(
        sum(counts.confidence), labelled, counts.labels, counts.confidence
    ):
        return "The scores are not as many as the labels."
    return ""


def _of_time(counts: Counts, runs: int, answers: int, seconds: float) -> str:
    """Judges what the machine measured. One that measures no time has zeros."""
    if runs == 0:
        return "The runs have a duration and no number." if counts.microseconds else ""
    if answers > runs and not is_near(runs, answers, counts.time):
        return "There are more answers than runs."
    for group in counts.features:
        if sum(group) > runs and not is_near(runs, sum(group), counts.time, group):
            return "A feature was counted more often than the rune ran."
    lower_edges = (FASTEST_RUN, *TIME_EDGES)
    least = sum(count * edge for count, edge in zip(counts.time, lower_edges, strict=True))
    if least > seconds:
        return "The runs took longer than the period."
    if least / _SLACK > counts.microseconds / 1e6 + runs * FASTEST_RUN:
        return "The duration of all runs is less than that of each."
    return ""


def is_near(one: int, other: int, *groups: Sequence[int]) -> bool:
    """Returns whether two sums are the same but for the rounding of groups of bins."""
    return abs(one - other) <= sum(len(group) * _unit(group) for group in groups)


def _unit(group: Sequence[int]) -> int:
    """Returns the unit in which a group of bins was written."""
    return (1 << max(0, max(group, default=0).bit_length() - 16)) // 2
