"""The devices that carry a shift: the attribute, such as a batch or a board, that explains it best. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from rune.statistics.by_device import EffectEstimate, effect_of
from rune.statistics.not_judged import NotJudged, TooFew

Array = np.ndarray[Any, np.dtype[np.float64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]
Places = np.ndarray[Any, np.dtype[np.int64]]
Attributes = Mapping[str, str]
"""The attributes of a device: `{"batch": "B", "board": "nano33ble"}`. One may be missing."""

MIN_CARRIERS: Final = 3
"""Devices of a group that may carry a shift, and of the others."""
_MIN_DEVICES: Final = 8
_SAME: Final = 0.9
"""The part of the devices of two groups together that are in both, from which the data do not tell them apart."""
_DRAWS: Final = 999


@dataclass(frozen=True)
class AttributeGroups:
    """The groups of devices that share a value of an attribute: `names` are pairs of attribute and value, `members` are
    bool [groups, devices]."""

    names: tuple[tuple[str, str], ...]
    members: Bools

    def of_size(self, least: int) -> AttributeGroups:
        """Returns the groups with so many devices, and so many others."""
        sizes = self.members.sum(axis=1)
        places_of_size = np.flatnonzero((sizes >= least) & (self.members.shape[1] - sizes >= least))
        return AttributeGroups(tuple(self.names[place] for place in places_of_size), self.members[places_of_size])

    def of_devices(self, places: Places) -> AttributeGroups:
        """Returns the groups among some of the devices."""
        return AttributeGroups(self.names, self.members[:, places])


def groups_of(attributes: Sequence[Attributes]) -> AttributeGroups:
    """Returns the groups of devices, in the order of their names. `attributes` are those of each device."""
    places: dict[tuple[str, str], list[int]] = {}
    for place, each in enumerate(attributes):
        for pair in each.items():
            places.setdefault(pair, []).append(place)
    names = tuple(sorted(places))
    members = np.zeros((len(names), len(attributes)), bool)
    for row, name in enumerate(names):
        members[row, places[name]] = True
    return AttributeGroups(names, members)


@dataclass(frozen=True)
class Carrier:
    """The group that carries a shift: `share` is its part of the sum of all shifts, `own` and `others` are the mean
    shifts, and `p` is how likely the best of all groups explains as much by chance. The devices do not tell it apart
    from the groups `same`, which have nearly the same members."""

    attribute: str
    value: str
    share: float
    own: EffectEstimate
    others: EffectEstimate
    p: float
    same: tuple[tuple[str, str], ...]

    @property
    def others_are_unchanged(self) -> bool:
        """Whether the 95 % interval of the other devices has 0 in it."""
        return self.others.low <= 0 <= self.others.high


def carrier_of(
    shifts: Sequence[float] | Array, groups: AttributeGroups, alpha: float = 0.01, draws: int = _DRAWS
) -> Carrier | NotJudged | None:
    """Returns the group that explains shifts of devices best; None where none does beyond chance.

    `shifts` are [devices], in any unit; groups with fewer than `MIN_CARRIERS` devices, or fewer others, are left out.
    The one with the largest sum of squares between it and the others is judged by that sum in permutations of the
    devices, so trying many attributes is paid for: P. H. Westfall and S. S. Young, "Resampling-Based Multiple Testing"
    (1993), the maximum of all. The permutations are the same each time.
    """
    values = np.asarray(shifts, np.float64)
    if len(values) < _MIN_DEVICES:
        return NotJudged(TooFew.DEVICES, len(values), _MIN_DEVICES)
    candidates = groups.of_size(MIN_CARRIERS)
    if not candidates.names:
        return None
    gains = _gains(values[:, None], candidates)[:, 0]
    best = _carrying(values, candidates, gains >= gains.max() * (1 - 1e-9))
    random = np.random.default_rng(0)
    shuffled = random.permuted(np.broadcast_to(values, (draws, len(values))), axis=1).T
    reached = _gains(shuffled, candidates).max(axis=0) >= gains[best] * (1 - 1e-9)
    p = (1 + int(reached.sum())) / (1 + draws)
    if p > alpha:
        return None
    members = candidates.members[best]
    attribute, value = candidates.names[best]
    total = float(values.sum())
    share = float(values[members].sum()) / total if total else math.nan
    same = tuple(
        name
        for name, other in zip(candidates.names, candidates.members, strict=True)
        if name != (attribute, value) and (members & other).sum() >= _SAME * (members | other).sum()
    )
    return Carrier(attribute, value, share, _mean(values[members]), _mean(values[~members]), p, same)


def _gains(values: Array, groups: AttributeGroups) -> Array:
    """Returns the sums of squares between each group and the others, [groups, draws]; `values` are [devices, draws]."""
    members = groups.members.astype(np.float64)
    own = members.sum(axis=1)[:, None]
    others = members.shape[1] - own
    sums = members @ values
    difference = sums / own - (values.sum(axis=0) - sums) / others
    gains: Array = np.square(difference) * own * others / (own + others)
    return gains


def _carrying(values: Array, groups: AttributeGroups, is_best: Bools) -> int:
    """Returns which of the groups that explain most is shifted most: one that has all devices but those of another
    explains as much as that one."""
    means = [
        abs(float(values[members].mean())) if best else -1.0
        for members, best in zip(groups.members, is_best, strict=True)
    ]
    return int(np.argmax(means))


def _mean(values: Array) -> EffectEstimate:
    error = float(values.std(ddof=1)) / math.sqrt(len(values))
    mean = float(values.mean())
    if error == 0:
        return EffectEstimate(mean, mean, mean, 1.0 if mean == 0 else 0.0, len(values))
    return effect_of(mean, error, len(values) - 1, len(values))
