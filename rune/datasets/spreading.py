"""Chooses some of many samples so that each label has its share. Pure functions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from typing import TypeVar

T = TypeVar("T")

CALIBRATION_SAMPLES = 256
"""Samples by which the ranges of a model are measured, at most."""
JUDGING_SAMPLES = 400
"""Samples of validation by which forms of a model are judged, at most."""
_ABSENT = object()


def spread_over_labels(samples: Iterable[T], label_of: Callable[[T], str], most: int) -> list[T]:
    """Returns at most `most` samples. Labels take turns, and the samples of a label are spread evenly over their
    order."""
    by_label: dict[str, list[T]] = defaultdict(list)
    for sample in samples:
        by_label[label_of(sample)].append(sample)
    share = max(1, most // max(1, len(by_label)))
    return in_turns([each[:: -(-len(each) // share)] for _, each in sorted(by_label.items())])[:most]


def in_turns(lists: Sequence[Sequence[T]]) -> list[T]:
    """The items of all lists: the first of each, the second of each, and so on."""
    turns: Iterable[tuple[object, ...]] = zip_longest(*lists, fillvalue=_ABSENT)
    return [each for turn in turns for each in turn if each is not _ABSENT]  # type: ignore[misc]
