"""References of the blocks behind detectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tests.support.compiler.block_references.case import F32, F64, Arguments, Array, BlockCase, Reference, case, noise


def _overlap(one: Array, other: Array) -> np.float32:
    """Intersection over union of two boxes, in f32."""
    low = np.maximum(np.minimum(one[:2], one[2:]), np.minimum(other[:2], other[2:]))
    high = np.minimum(np.maximum(one[:2], one[2:]), np.maximum(other[:2], other[2:]))
    common = np.prod(np.maximum(high - low, F32(0)), dtype=F32)
    areas = [np.prod(np.abs(each[2:] - each[:2]), dtype=F32) for each in (one, other)]
    return F32(0) if min(areas) <= 0 else F32(common / F32(F32(areas[0] + areas[1]) - common))


def nms(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    boxes = inputs[0].reshape(-1, 4)
    scores = inputs[1].reshape(len(boxes), -1)
    best = [int(np.nanargmax(row)) if not np.isnan(row).all() else 0 for row in scores]
    candidates = [i for i, k in enumerate(best) if scores[i, k] > F32(arguments["threshold"])]
    winners: list[int] = []
    for i in sorted(candidates, key=lambda i: -scores[i, best[i]]):
        rivals = [j for j in winners if arguments["among"] == "all" or best[j] == best[i]]
        if all(not _overlap(boxes[i], boxes[j]) > F32(arguments["overlap"]) for j in rivals):
            winners.append(i)
    rows = [[*boxes[i], scores[i, best[i]], best[i]] for i in winners[: arguments["most"]]]
    return [np.array(rows, F32).reshape(-1, 6)]


def ssd_boxes(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    codes = inputs[0].reshape(-1, 4)
    anchors = np.array(arguments["anchors"].replace(",", " ").split(), F64).astype(F32).reshape(-1, 4)
    scales = np.array([arguments[name] for name in ("y_scale", "x_scale", "h_scale", "w_scale")], F32)
    middle = codes[:, :2] / scales[:2] * anchors[:, 2:] + anchors[:, :2]
    sizes = np.exp((codes[:, 2:] / scales[2:]).astype(F64)).astype(F32)
    half = F32(0.5) * sizes * anchors[:, 2:]
    return [np.concatenate([middle - half, middle + half], axis=1)]


def yolo_boxes(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    table = inputs[0].reshape(inputs[0].shape[-2:])
    rows = table if arguments["version"] == "v5" else table.T
    middle, half = rows[:, [1, 0]], rows[:, [3, 2]] * F32(0.5)
    boxes = np.concatenate([middle - half, middle + half], axis=1) * F32(arguments["factor"])
    return [boxes, rows[:, 5:] * rows[:, 4:5] if arguments["version"] == "v5" else np.ascontiguousarray(rows[:, 4:])]


def key_points(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    _, _, columns, points = inputs[0].shape
    cells = inputs[0].reshape(-1, points)
    offsets = inputs[1].reshape(-1, 2, points) if len(inputs) > 1 else None
    rows = []
    for point in range(points):
        heat = np.where(np.isnan(cells[:, point]), -np.inf, cells[:, point])
        best = int(np.argmax(heat))
        if heat[best] > F32(arguments["threshold"]):
            place = np.array(divmod(best, columns), F32) * F32(arguments["stride"])
            place = place if offsets is None else place + offsets[best, :, point]
            rows.append([*place, heat[best], point])
    return [np.array(rows, F32).reshape(-1, 4)]


def count_on_grid(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    """Joins what touches by handing on the smallest number of a cell until none changes."""
    _, rows, columns, classes = inputs[0].shape
    scores = np.where(np.isnan(inputs[0][0, :, :, 1:]), -np.inf, inputs[0][0, :, :, 1:])
    best = scores.argmax(axis=2)
    labels = np.where(scores.max(axis=2) > F32(arguments["threshold"]), best, -1)
    owners = np.arange(rows * columns).reshape(rows, columns)
    changed = True
    while changed:
        before = owners.copy()
        for row, column in np.ndindex(rows, columns):
            near = (slice(max(row - 1, 0), row + 2), slice(max(column - 1, 0), column + 2))
            owners[row, column] = owners[near][labels[near] == labels[row, column]].min()
        changed = bool((before != owners).any())
    objects = []
    for owner in np.unique(owners[labels >= 0]):
        there = (owners == owner) & (labels >= 0)
        y, x = (np.argwhere(there) * 2 + 1).sum(axis=0)
        label = int(labels[there][0])
        place = [x / (there.sum() * 2.0 * columns), y / (there.sum() * 2.0 * rows)]
        objects.append([label, *place, scores[there][:, label].max()])
    counts = np.bincount([row[0] for row in objects], minlength=classes - 1).astype(np.uint32)
    return [counts, np.array(objects[: arguments["most"]], F32).reshape(-1, 4)]


REFERENCES: Mapping[str, Reference] = {
    "count_on_grid": count_on_grid,
    "nms": nms,
    "ssd_boxes": ssd_boxes,
    "yolo_boxes": yolo_boxes,
    "key_points": key_points,
}

_BOXES = np.array(
    [[0, 0, 10, 10], [1, 1, 11, 11], [0, 0, 10, 10.5], [20, 20, 30, 30], [10, 10, 0, 0], [5, 5, 5, 9]], F32
)
_SCORES = np.array([[0.9, 0.1], [0.75, 0.2], [0.1, 0.8], [0.6, 0.6], [0.9, 0.3], [0.7, 0.1]], F32)
_OBJECTS = np.array(["aa....b", ".a..b..", "....ab.", "b.....b"])
"""Two of `a`; of `b` one at corners, and two alone."""
_GRID = np.array([[[0.9, 0.8 * (at == "a"), 0.7 * (at == "b")] for at in row] for row in _OBJECTS], F32)[None]
_HOSTILE = np.array([[[0, 1, 1], [np.nan, np.nan, 2]], [[0, np.nan, np.nan], [0, np.inf, -np.inf]]], F32)[None]
_ANCHORS = "0.5 0.5 1 1\n0.25, 0.75, 0.5, 0.2"
_COLUMNS = np.array([[np.nan, 2], [1, 2], [3, 4], [5, 6], [7, 8]], F32)[:, [0, 1, 1, 1, 1]]
CASES: Sequence[BlockCase] = (
    case("count_on_grid", "two labels, corners", _GRID),
    case("count_on_grid", "three positions at most", _GRID, most=3),
    case("count_on_grid", "nothing above the threshold", _GRID, threshold=0.8),
    case("count_on_grid", "one object everywhere", np.ones((1, 3, 2, 2), F32), threshold=-1),
    case("count_on_grid", "noise", noise(97, 1, 12, 9, 4), threshold=1.1, most=100),
    case("count_on_grid", "ties, NaN, infinity", _HOSTILE),
    case("nms", "each class by itself, ties, corners the other way round, an empty box", _BOXES, _SCORES),
    case("nms", "among all", _BOXES[None], _SCORES[None], among="all"),
    case("nms", "two at most, a small overlap", _BOXES, _SCORES, most=2, overlap=0.1),
    case("nms", "nothing above the threshold", _BOXES, _SCORES, threshold=0.9),
    case("nms", "one class, NaN", _BOXES[:3], np.array([np.nan, 0.6, 0.7], F32)),
    case("nms", "many", np.sort(noise(90, 40, 2, 2, scale=3), axis=1).reshape(40, 4), noise(91, 40, 3), threshold=-0.5),
    case("ssd_boxes", "two anchors", np.array([[[1, -2, 0.5, -0.5], [0, 0, 0, 0]]], F32), anchors=_ANCHORS),
    case("ssd_boxes", "other scales", noise(92, 2, 4), anchors=_ANCHORS, y_scale=1, x_scale=2.5, h_scale=1, w_scale=3),
    case("ssd_boxes", "too large", np.array([[0, 0, 1000, 0]], F32), anchors="1 1 1 1"),
    case("yolo_boxes", "columns", noise(93, 1, 6, 7)),
    case("yolo_boxes", "columns in pixels, NaN", _COLUMNS, factor=96),
    case("yolo_boxes", "rows", noise(94, 1, 3, 7), version="v5"),
    case("key_points", "maps alone, ties", np.array([0.1, 0.9, 0.7, 0.2, 0.7, 0.9], F32).reshape(1, 3, 1, 2)),
    case("key_points", "offsets", noise(95, 1, 3, 4, 3), noise(96, 1, 3, 4, 6), stride=16, threshold=1.2),
    case("key_points", "nothing, NaN", np.full((1, 2, 2, 2), np.nan, F32)),
)  # fmt: skip
