"""Objects that are counted on a grid, beside those that somebody marked: how many are found, and how far the counts are
off, with 95 % intervals. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypedDict

import numpy as np

from lab.tasks.judging.number_errors import MIN_PARTS, RangeJson, range_of
from rune.statistics.bootstrap import resampled_sums

Array = np.ndarray[Any, Any]
Place = tuple[int, float, float]
"""An object: the place of its label among the labels, x and y from 0 to 1."""
WORST = 10
"""Pictures with the greatest errors that are named."""
_NEAR = 1 + 1e-6
"""Cells by which an object may be off, in x and in y."""
THRESHOLDS = tuple(step / 20 for step in range(1, 20))
"""Thresholds that are tried on the validation split."""


class CountedLabelFigures(TypedDict):
    """Figures of one label: how many objects were marked, and shares; None of nothing."""

    objects: int
    precision: float | None
    recall: float | None
    f1: float | None
    count_error: float


class CountingFigures(TypedDict):
    """The figures of how well objects of a split are counted. An object is found where the rune has one of its label
    at most a cell away. `count_error` is the mean absolute error of the count of a label in a picture, and
    `baseline` that of the answer that is the middle count of the train split each time."""

    objects: int
    threshold: float
    precision: RangeJson | None
    recall: RangeJson | None
    f1: RangeJson | None
    count_error: RangeJson
    baseline: RangeJson
    labels: dict[str, CountedLabelFigures]


class MiscountJson(TypedDict):
    """A label of a picture: how many objects were marked, and how many the rune counted."""

    label: str
    marked: int
    counted: int


class MiscountedPictureJson(TypedDict):
    """A picture whose counts are wrong. `recording` is its place in the data set; right counts are not listed."""

    recording: int
    labels: list[MiscountJson]


@dataclass(frozen=True)
class PictureCounts:
    """Counts of a picture by label, i64 [labels]: objects that were marked, that the rune counted, of whose positions
    the rune gave, and that match; and the answer without looking. `place` is that of the picture in the data set, and
    `group` who or what took it."""

    place: int
    marked_objects: Array
    counted_objects: Array
    placed_objects: Array
    matched_objects: Array
    baseline: Array
    group: str = ""


def objects_on_grid(scores: Array, threshold: float) -> list[Place]:
    """The objects of a grid f32 [rows, columns, 1 + labels], as the block `count_on_grid` has them."""
    rows, columns, _ = scores.shape
    own = np.where(np.isnan(scores[..., 1:]), -np.inf, scores[..., 1:])
    best = own.argmax(axis=2)
    labels = np.where(own.max(axis=2) > np.float32(threshold), best, -1)
    objects: list[Place] = []
    for start in zip(*np.nonzero(labels >= 0), strict=True):
        label = int(labels[start])
        if label < 0:
            continue
        cells = [(int(start[0]), int(start[1]))]
        labels[start] = -1
        for row, column in cells:
            top, left = max(row - 1, 0), max(column - 1, 0)
            near = np.argwhere(labels[top : row + 2, left : column + 2] == label) + np.array([top, left])
            labels[near[:, 0], near[:, 1]] = -1
            cells += [(int(each[0]), int(each[1])) for each in near]
        y, x = np.mean(cells, axis=0)
        objects.append((label, float((x + 0.5) / columns), float((y + 0.5) / rows)))
    return objects


def matches(marked_places: Sequence[Place], rune_places: Sequence[Place], grid: tuple[int, int], labels: int) -> Array:
    """Returns how many marked objects of each label the rune has, i64 [labels]. Each pairs with one at most; the
    nearest pair first. `grid` has the rows and the columns."""
    rows, columns = grid
    pairs = sorted(
        (distance, one, other)
        for one, (label, x, y) in enumerate(marked_places)
        for other, (its_label, its_x, its_y) in enumerate(rune_places)
        if label == its_label and (distance := max(abs(x - its_x) * columns, abs(y - its_y) * rows)) <= _NEAR
    )
    match_counts = np.zeros(labels, np.int64)
    of_marked: set[int] = set()
    of_placed: set[int] = set()
    for _, one, other in pairs:
        if one not in of_marked and other not in of_placed:
            of_marked.add(one)
            of_placed.add(other)
            match_counts[marked_places[one][0]] += 1
    return match_counts


def counts_by_label(objects: Sequence[Place], labels: int) -> Array:
    """Returns how many objects there are of each label, i64 [labels]."""
    return np.bincount([label for label, _, _ in objects], minlength=labels)


def best_threshold(grids: Sequence[Array], marked_places: Sequence[Sequence[Place]]) -> float:
    """The threshold with the greatest F1 of all objects; of equal ones the middle one. `grids` are f32 [rows, columns,
    1 + labels]."""
    scores = []
    for threshold in THRESHOLDS:
        match_count = both = 0
        for grid, own in zip(grids, marked_places, strict=True):
            rune_places = objects_on_grid(grid, threshold)
            match_count += int(matches(own, rune_places, grid.shape[:2], grid.shape[2] - 1).sum())
            both += len(own) + len(rune_places)
        scores.append(2 * match_count / max(both, 1))
    best = [threshold for threshold, score in zip(THRESHOLDS, scores, strict=True) if score == max(scores)]
    return best[len(best) // 2]


def counting_figures(
    pictures: Sequence[PictureCounts], labels: Sequence[str], threshold: float
) -> CountingFigures | None:
    """The figures of pictures, by a bootstrap over people and devices, or over pictures where there are fewer than ten
    of those; the same each time. None of nothing."""
    if not pictures:
        return None
    if len({each.group for each in pictures}) < MIN_PARTS:
        pictures = [replace(each, group=str(number)) for number, each in enumerate(pictures)]
    groups: dict[str, list[PictureCounts]] = {}
    for each in pictures:
        groups.setdefault(each.group, []).append(each)
    sums = np.array([_sums(own, len(labels)) for own in groups.values()], np.float64)
    draws = resampled_sums(sums)
    whole = sums.sum(axis=0)
    shares = {name: _share_range(whole, draws, *places) for name, places in _SHARES.items()}
    count_error, baseline = (_share_range(whole, draws, place, _ANSWERS) for place in (_ERROR, _BASELINE))
    assert count_error is not None and baseline is not None  # noqa: S101, PT018 (there are pictures and labels)
    return {
        "objects": int(whole[_MARKED_OBJECTS]),
        "threshold": threshold,
        "precision": shares["precision"],
        "recall": shares["recall"],
        "f1": shares["f1"],
        "count_error": count_error,
        "baseline": baseline,
        "labels": {label: _of_label(pictures, place) for place, label in enumerate(labels)},
    }


def worst_pictures(pictures: Sequence[PictureCounts], labels: Sequence[str]) -> list[MiscountedPictureJson]:
    """The pictures whose counts are wrong, those with the greatest sum of errors first; at most `WORST`."""
    errors = {each.place: int(np.abs(each.counted_objects - each.marked_objects).sum()) for each in pictures}
    wrong = [each for each in pictures if errors[each.place]]
    wrong.sort(key=lambda each: (-errors[each.place], each.place))
    return [{"recording": each.place, "labels": _miscounts(each, labels)} for each in wrong[:WORST]]


def _miscounts(picture: PictureCounts, labels: Sequence[str]) -> list[MiscountJson]:
    rows = zip(labels, picture.marked_objects, picture.counted_objects, strict=True)
    return [
        {"label": label, "marked": int(marked_objects), "counted": int(counted_objects)}
        for label, marked_objects, counted_objects in rows
        if marked_objects != counted_objects
    ]


_MARKED_OBJECTS, _PLACED_OBJECTS, _MATCHED_OBJECTS, _BOTH, _TWICE, _ERROR, _BASELINE, _ANSWERS = range(8)
_SHARES: Mapping[str, tuple[int, int]] = {
    "precision": (_MATCHED_OBJECTS, _PLACED_OBJECTS),
    "recall": (_MATCHED_OBJECTS, _MARKED_OBJECTS),
    "f1": (_TWICE, _BOTH),
}


def _sums(pictures: Sequence[PictureCounts], labels: int) -> list[int]:
    marked_objects, placed_objects, matched_objects = (
        sum(int(getattr(each, name).sum()) for each in pictures)
        for name in ("marked_objects", "placed_objects", "matched_objects")
    )
    error = sum(int(np.abs(each.counted_objects - each.marked_objects).sum()) for each in pictures)
    baseline = sum(int(np.abs(each.baseline - each.marked_objects).sum()) for each in pictures)
    return [
        marked_objects,
        placed_objects,
        matched_objects,
        marked_objects + placed_objects,
        2 * matched_objects,
        error,
        baseline,
        labels * len(pictures),
    ]


def _share_range(whole: Array, draws: Array, part: int, of: int) -> RangeJson | None:
    if not whole[of]:
        return None
    there = draws[:, of] > 0
    return range_of(float(whole[part] / whole[of]), draws[there, part] / draws[there, of])


def _of_label(pictures: Sequence[PictureCounts], place: int) -> CountedLabelFigures:
    marked_objects, placed_objects, matched_objects = (
        sum(int(getattr(each, name)[place]) for each in pictures)
        for name in ("marked_objects", "placed_objects", "matched_objects")
    )
    errors = [abs(int(each.counted_objects[place]) - int(each.marked_objects[place])) for each in pictures]
    return {
        "objects": marked_objects,
        "precision": _share(matched_objects, placed_objects),
        "recall": _share(matched_objects, marked_objects),
        "f1": _share(2 * matched_objects, marked_objects + placed_objects),
        "count_error": round(float(np.mean(errors)), 4),
    }


def _share(part: int, of: int) -> float | None:
    return round(part / of, 4) if of else None
