"""Splits by group: which part of a data set the samples of a person or device are for. Pure functions.

A group gets its split with its first sample and keeps it. So no sample changes sides because others came, and samples
of one person are never on two sides. A new group goes to a split that lacks its labels, and else where it brings the
shares of the labels closest to `SHARES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

Counts = Mapping[str, int]
"""Numbers of samples by label."""


class Split(StrEnum):
    """The purpose of a sample."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


RECORDINGS = "recordings"
"""The key of the file of splits beside a model that has the splits of files by path."""
SPLITS_SUFFIX = ".splits.json"
"""How that file ends, behind the name of the model without its own ending."""
SHARES: Mapping[Split, float] = {Split.TRAIN: 0.7, Split.TEST: 0.15, Split.VALIDATION: 0.15}
"""The share of the samples of each label that a split is to have. A label of two people is trained and tested."""


def split_of_new_group(group: Counts, splits: Mapping[Split, Counts], shares: Mapping[Split, float] = SHARES) -> Split:
    """Returns the split, one of those with a share, for a group that comes with these samples, where the splits have
    those."""
    lacking = (split for split in shares if not all(splits.get(split, {}).get(label) for label in group))
    return next(lacking, None) or min(shares, key=lambda split: _distance(group, splits, split, shares))


def split_of_single(data_set: UUID, digest: str) -> Split:
    """Returns the split of a sample without a group, such as a picture of a thing. It depends on nothing else."""
    number = int.from_bytes(sha256(f"{data_set} {digest}".encode()).digest()[:8], "big") / 2**64
    for split, share in SHARES.items():
        number -= share
        if number < 0:
            return split
    return Split.TRAIN


def _distance(group: Counts, splits: Mapping[Split, Counts], target: Split, shares: Mapping[Split, float]) -> float:
    """Returns how far the shares of the group's labels are from `shares` if it goes into `chosen`."""
    distance = 0.0
    for label, added_count in group.items():
        total = added_count + sum(splits.get(split, {}).get(label, 0) for split in shares)
        for split, share in shares.items():
            count = splits.get(split, {}).get(label, 0) + (added_count if split == target else 0)
            distance += abs(count / total - share) * added_count if total else 0
    return distance
