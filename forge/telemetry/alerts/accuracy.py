"""Estimates the accuracy of a rune on devices, once a day: it needs the counts of each device, which no page reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypedDict

import numpy as np

from rune.assessment.drift.fleet_days import FleetDays
from rune.statistics.not_judged import NotJudged
from rune.statistics.unlabelled_accuracy import accuracy_without_labels
from rune.watch.counts import Counts
from rune.watch.layout import WatchLayout

ESTIMATED_PERIODS: Final = (7, 30)
"""Days up to the judged one, of which there is an estimate each."""


class EstimateJson(TypedDict):
    """An accuracy, 0 to 1, with its 95 % interval, on so many devices."""

    value: float
    low: float
    high: float
    devices: int


class LackJson(TypedDict):
    """The reason why there is no estimate: `rune.statistics.not_judged.TooFew`, how many there are, and are needed."""

    lack: str
    count: int
    needed: int


def estimated_accuracy(
    layout: WatchLayout, reference: Counts | None, right: int | None, fleet: FleetDays
) -> Mapping[str, Any] | None:
    """Returns an `EstimateJson` or a `LackJson` by the number of days; None where the build does not say how many
    answers on its test samples are right."""
    if reference is None or right is None or layout.confidence is None:
        return None
    labels, confidence = layout.sizes[:2]
    bins = fleet.counts[:, :, labels : labels + confidence]
    tests = np.asarray(reference.confidence, np.float64)
    return {
        str(days): _json(accuracy_without_labels(tests, right, bins[:, -days:].sum(axis=1)))
        for days in ESTIMATED_PERIODS
    }


def _json(estimate: Any) -> EstimateJson | LackJson:
    if isinstance(estimate, NotJudged):
        return {"lack": str(estimate.lack), "count": int(estimate.count), "needed": int(estimate.needed)}
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high, "devices": estimate.devices}
