"""The devices that carry what a guard found: the group, such as a batch, that explains it beyond chance. Pure.

The shift of each device with the new rune is attributed as those of alerts are (`rune.statistics.attribution`): of all
groups by label the best one is judged in permutations of the devices, so that many labels are paid for. The ranges of
the group and of the others do not know that the group was chosen, so they are a little too narrow.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from rune.assessment.guards.evidence import PairTable, StageEvidence
from rune.assessment.guards.figures import MIN_DEVICE_WINDOWS, GuardFigure, figures_of
from rune.assessment.guards.limits import GuardKind
from rune.assessment.guards.verdicts import (
    ComparedWith,
    EstimatedMean,
    GuardCarrier,
    GuardDifference,
    GuardResult,
    GuardVerdict,
)
from rune.statistics.attribution import Attributes, Carrier, carrier_of, groups_of
from rune.statistics.binned import Array
from rune.statistics.by_device import EffectEstimate

MOST_DEVICES: Final = 5_000
"""Devices whose labels are asked for, the first ones of each table. More say little more."""
_WITHOUT_FIGURE: Final = frozenset({GuardKind.INSTALLS, GuardKind.SELF_TEST})
"""The guards that count devices and have no figure of each."""


@dataclass(frozen=True)
class DeviceShifts:
    """The difference of each of some devices; `is_ratio` says that the shifts are logarithms."""

    devices: tuple[str, ...]
    shifts: Array
    is_ratio: bool = False


def with_carriers(
    results: Sequence[GuardResult], evidence: StageEvidence, attributes: Mapping[str, Attributes]
) -> tuple[GuardResult, ...]:
    """Returns results of guards, those that failed with the group of devices that carries it, where there is one.
    `attributes` are those of each device by its key."""
    return tuple(
        replace(each, carrier=_carrier(each, evidence, attributes)) if each.verdict is GuardVerdict.FAILED else each
        for each in results
    )


def labelled_devices(evidence: StageEvidence) -> tuple[str, ...]:
    """Returns the keys of the devices whose labels can explain a difference."""
    beside = () if evidence.pairs is None else evidence.pairs.devices
    return tuple(dict.fromkeys((*evidence.moved.devices[:MOST_DEVICES], *beside[:MOST_DEVICES])))


def _carrier(result: GuardResult, evidence: StageEvidence, attributes: Mapping[str, Attributes]) -> GuardCarrier | None:
    shifts = _shifts(result, evidence)
    if shifts is None:
        return None
    carrier = carrier_of(shifts.shifts, groups_of([attributes.get(each, {}) for each in shifts.devices]))
    if not isinstance(carrier, Carrier) or not math.isfinite(carrier.share):
        return None
    return GuardCarrier(
        carrier.attribute,
        carrier.value,
        carrier.share,
        _mean(carrier.own, is_ratio=shifts.is_ratio),
        _mean(carrier.others, is_ratio=shifts.is_ratio),
        carrier.same,
    )


def _shifts(result: GuardResult, evidence: StageEvidence) -> DeviceShifts | None:
    if result.kind is GuardKind.DISAGREEMENT:
        return None if evidence.pairs is None else _of_pairs(evidence.pairs)
    if result.kind in _WITHOUT_FIGURE or result.difference is None:
        return None
    figure = next((each for each in figures_of(result.kind, evidence) if each.subject == result.subject), None)
    return None if figure is None else _of_figure(figure, evidence.moved.devices, result.difference)


def _of_pairs(pairs: PairTable) -> DeviceShifts:
    """Returns the part of the inputs of each device on which both runes disagree."""
    totals = pairs.counts.sum(axis=(1, 2))
    shares = 1 - np.divide(pairs.agreements, totals, out=np.full(len(totals), np.nan), where=totals > 0)
    return _known(pairs.devices, np.where(totals >= MIN_DEVICE_WINDOWS, shares, np.nan))


def _of_figure(figure: GuardFigure, devices: Sequence[str], difference: GuardDifference) -> DeviceShifts:
    """Returns how far each device differs from what the guard compared it with."""
    new, others = figure.moved, figure.stayed
    match difference.compared:
        case ComparedWith.STAYED_CHANGE:
            shifts = new.now - new.past - others.changes.mean()
        case ComparedWith.STAYED:
            shifts = new.now - others.known.mean()
        case _:
            shifts = new.now - new.past
    return _known(devices, shifts, is_ratio=figure.is_ratio)


def _known(devices: Sequence[str], shifts: Array, *, is_ratio: bool = False) -> DeviceShifts:
    keys = devices[:MOST_DEVICES]
    places = [int(place) for place in np.flatnonzero(np.isfinite(shifts[: len(keys)]))]
    return DeviceShifts(tuple(keys[place] for place in places), shifts[places], is_ratio)


def _mean(effect: EffectEstimate, *, is_ratio: bool) -> EstimatedMean:
    ends = (effect.value, effect.low, effect.high)
    value, low, high = (math.expm1(each) for each in ends) if is_ratio else ends
    return EstimatedMean(value, low, high, effect.devices)
