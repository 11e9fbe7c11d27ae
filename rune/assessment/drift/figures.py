"""The figures of a day of a device in which drift is looked for: shares of labels, where confidence and features lie
and how far they spread, and the time of a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np

from rune.assessment.drift.documents import Bins
from rune.statistics.binned import normal_scores
from rune.watch.layout import TIME_EDGES, WatchLayout

Array = np.ndarray[Any, np.dtype[np.float64]]

LABELS: Final = "labels"
CONFIDENCE: Final = "confidence"
RUN_TIME: Final = "run time"
MIN_DAY_WINDOWS: Final = 30
"""Windows of a day of a device, below which the day has no figure."""
_RARE_RUNS: Final = 0.01
_MUCH_TIME: Final = 0.02
"""Fewer runs than this part of all that take more than this part of the time have stalled. A rune that reads a stream
computes in one of 10 to 50 runs, and only stores its input in the others: these are more."""
_LOWER_EDGES: Final = np.array((0.0, *TIME_EDGES))


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
    DURATION = "duration"
    """The logarithm of the mean time of a run in seconds. The bins of the time are a factor of 4 wide, so that a run
    which takes 30 % longer is often in the same one."""


@dataclass(frozen=True)
class DriftFigure:
    """A figure of the labels, the confidence, a feature, or the time of a run, by its name; `label` is that of a share.
    `weight` is its part of the error budget: each feature has the same, and divides it among its figures."""

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


def feature_count(layout: WatchLayout) -> int:
    """Returns how many groups of bins have figures: labels, confidence, and each feature."""
    return len(list(_parts(layout)))


def figure_days(layout: WatchLayout, reference: Array, counts: Array | Bins, share: float = 1.0) -> FigureDays:
    """Returns the figures of counts, [devices, days, bins]. `reference` are counts, [bins], of the test samples, or of
    the fleet's own past where there are none. The weights add up to `share`, 0 to 1. Raises `ValueError` for a layout
    without bins."""
    parts = list(_parts(layout))
    weight = share / max(len(parts), 1)
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
            names += [DriftFigure(name, Aspect.SHARE, weight / len(judged_labels), label) for label in judged_labels]
            columns += [angles[..., place] for place in range(len(judged_labels))]
        else:
            location, spread = normal_scores(reference[bins]).location_and_log_spread(own)
            names += [DriftFigure(name, aspect, weight / 2) for aspect in (Aspect.LOCATION, Aspect.SPREAD)]
            columns += [location, spread]
    return FigureDays(tuple(names), np.stack(columns, axis=-1), np.min(windows, axis=0))


def duration_days(run_times: Array, share: float = 1.0) -> FigureDays:
    """Returns the time of a run, of times as `FleetDays.run_times` has them. `share` is the weight of the figure.

    A day on which few runs stalled has none: a run of 4 s among 350 of 5 ms makes their mean three times as long, and
    says nothing of the others.
    """
    bins, seconds = run_times[..., :-1], run_times[..., -1]
    runs = bins.sum(axis=-1)
    # The runs in a bin and above it, and the least time that they took.
    slower_runs = np.cumsum(bins[..., ::-1], axis=-1)[..., ::-1]
    slower_times = np.cumsum((bins * _LOWER_EDGES)[..., ::-1], axis=-1)[..., ::-1]
    stalls = (slower_runs < _RARE_RUNS * runs[..., None]) & (slower_times > _MUCH_TIME * seconds[..., None])
    is_there = (runs >= MIN_DAY_WINDOWS) & (seconds > 0) & ~stalls.any(axis=-1)
    means = np.divide(seconds, runs, out=np.ones_like(seconds), where=is_there)
    values = np.where(is_there, np.log(means), np.nan)
    return FigureDays((DriftFigure(RUN_TIME, Aspect.DURATION, share),), values[..., None], runs)


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
