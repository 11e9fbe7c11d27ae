"""The figures of a day of a device in which drift is looked for: shares of labels, and where confidence and features
lie and how far they spread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np

from rune.assessment.drift.documents import Bins
from rune.statistics.binned import normal_scores
from rune.watch.layout import WatchLayout

Array = np.ndarray[Any, np.dtype[np.float64]]

LABELS: Final = "labels"
CONFIDENCE: Final = "confidence"
MIN_DAY_WINDOWS: Final = 30
"""Windows of a day of a device, below which the day has no figure."""


class Aspect(StrEnum):
    """The property of a distribution that a figure describes, and its unit."""

    SHARE = "share"
    """The part of the answers with a label, 0 to 1. It is judged as an angle, 2 asin sqrt(share), whose variance is the
    same for rare and for frequent labels: F. J. Anscombe, "The transformation of Poisson, binomial and
    negative-binomial data", Biometrika 35 (1948)."""
    LOCATION = "location"
    """The mean place of the windows, in standard deviations of the reference."""
    SPREAD = "spread"
    """The logarithm of how many times as far as the reference they spread."""


@dataclass(frozen=True)
class DriftFigure:
    """A figure: of the labels, the confidence or a feature, by its name; `label` is that of a share. `weight` is its
    part of the error budget: each feature has the same, and divides it among its figures."""

    feature: str
    aspect: Aspect
    weight: float
    label: str = ""


@dataclass(frozen=True)
class FigureDays:
    """Figures of devices by day, [devices, days, figures], nan where a day has too few windows, and how many windows
    each day of a device has, [devices, days]."""

    figures: tuple[DriftFigure, ...]
    values: Array
    windows: Array


def figure_days(layout: WatchLayout, reference: Array, counts: Array | Bins) -> FigureDays:
    """Returns the figures of counts, [devices, days, bins]. `reference` are counts, [bins], of the test samples, or of
    the fleet's own past where there are none."""
    parts = list(_parts(layout))
    names: list[DriftFigure] = []
    columns: list[Array] = []
    windows: list[Array] = []
    for name, labels, bins in parts:
        own = counts[..., bins].astype(np.float64)
        total = own.sum(axis=-1)
        windows.append(total)
        own = np.where((total >= MIN_DAY_WINDOWS)[..., None], own, 0.0)
        if labels:
            own_total = np.where(total >= MIN_DAY_WINDOWS, total, np.nan)[..., None]
            angles = 2 * np.arcsin(np.sqrt((own + 0.375) / (own_total + 0.75)))
            # The shares add up to 1, so the last of two says nothing more.
            judged_labels = labels if len(labels) > 2 else labels[:1]
            names += [
                DriftFigure(name, Aspect.SHARE, 1 / len(parts) / len(judged_labels), label) for label in judged_labels
            ]
            columns += [angles[..., place] for place in range(len(judged_labels))]
        else:
            location, spread = normal_scores(reference[bins]).location_and_log_spread(own)
            names += [DriftFigure(name, aspect, 0.5 / len(parts)) for aspect in (Aspect.LOCATION, Aspect.SPREAD)]
            columns += [location, spread]
    return FigureDays(tuple(names), np.stack(columns, axis=-1), np.min(windows, axis=0))


def units_of(figures: tuple[DriftFigure, ...], values: Array) -> Array:
    """Returns by what a small difference of figures is multiplied to have its unit, from the figures where it is,
    [..., figures]: the slope of a share over its angle, and 1 for all else."""
    is_share = np.array([figure.aspect is Aspect.SHARE for figure in figures])
    return np.where(is_share, np.sin(np.clip(values, 0, np.pi)) / 2, 1.0)


def _parts(layout: WatchLayout) -> Iterator[tuple[str, tuple[str, ...], slice]]:
    """The name, the labels if any, and the bins of each group of bins from which something can be read."""
    names = [LABELS, CONFIDENCE, *(feature.name for feature in layout.features)]
    start = 0
    for name, size in zip(names, layout.sizes, strict=True):
        if size > 1:
            labels = layout.labels.names if layout.labels is not None and name == LABELS else ()
            yield name, labels, slice(start, start + size)
        start += size
