"""TFLite_Detection_PostProcess: from encoded boxes and the scores of their classes to the boxes that do not overlap.

A box is a centre and a size, counted from its anchor: centre y = y / y_scale * anchor height + anchor y, height =
exp(h / h_scale) * anchor height, and so for x and width; in double precision, then rounded. What is below the score
threshold is left out. Of the rest the box of the highest score suppresses those that overlap it by more than the
overlap threshold (intersection over union), then the next one does; of equal scores the first is the highest. The fast
suppression looks at the best score of each box, and gives its best classes; the regular one looks at each class by
itself, and gives the best of all. Bytes are counted from their zero point, times their scale; scores in groups of eight
as byte * scale - zero point * scale, which is how the reference's vectors round, the rest as the others.

Places beyond the last detection hold zeros; the reference leaves there what its memory held. Source: TFLite's kernel
`detection_postprocess.cc`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.numbers.float_functions import exp
from rune.compiler.anvil.ops.types import FLOAT32, INT8, WITHOUT_SCALE, are, one_scale
from rune.compiler.anvil.requantisation.fixed_point import scale_of
from rune.compiler.anvil.signed_bytes import HIGHEST_BIT
from rune.model.tflite import DetectionOptions

Floats = NDArray[np.float32]

MOST_BOXES = 1 << 14
"""Boxes of a model; each is compared with each."""

GROUP = 8
"""Scores of bytes that the reference makes floats of at once."""

MOST_DETECTIONS = 1 << 12
"""Places for detections."""


@dataclass(frozen=True)
class Linear:
    """The value of bytes: (byte - zero point) * scale."""

    scale: float
    zero_point: int

    def floats(self, stored_values: Array) -> Floats:
        """Returns the numbers in single precision."""
        return (stored_values.astype(np.float32) - np.float32(self.zero_point)) * np.float32(self.scale)

    @property
    def move(self) -> float:
        """The addend to the product of a byte of uint8 and the scale, in single precision."""
        return float(np.float32(-(self.zero_point + HIGHEST_BIT) * float(np.float32(self.scale))))

    def scores(self, stored_values: Array) -> Floats:
        """The same with other roundings: of whole groups each product is rounded before the zero point counts."""
        stored_values = stored_values.reshape(-1)
        whole = stored_values.size // GROUP * GROUP
        products = (stored_values[:whole].astype(np.float32) + np.float32(HIGHEST_BIT)) * np.float32(self.scale)
        return np.concatenate([products + np.float32(self.move), self.floats(stored_values[whole:])])


@dataclass(frozen=True)
class DetectionPostProcess(Computation):
    """For `boxes` boxes of `coordinates` numbers each, the first four of which count, and `columns` scores of each: of
    the classes, and perhaps of the background before them. `linear` says what the bytes of boxes, scores and anchors
    stand for; None: they are floats."""

    boxes: int
    coordinates: int
    columns: int
    options: DetectionOptions
    linear: tuple[Linear, Linear, Linear] | None

    @property
    def categories(self) -> int:
        """Classes that the fast suppression gives of each box."""
        return min(self.options.max_classes_per_detection, self.options.num_classes)

    @property
    def places(self) -> int:
        """Detections for which the outputs have room."""
        return self.options.max_detections * self.options.max_classes_per_detection

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        if self.linear is not None:
            boxes, marks, centres = self.linear
            inputs = (boxes.floats(inputs[0]), marks.scores(inputs[1]), centres.floats(inputs[2]))
        encoded_boxes, scores, anchors = inputs
        corners = self._corners(encoded_boxes.reshape(self.boxes, -1)[:, :4], anchors.reshape(self.boxes, 4))
        if bool((corners[:, :2] > corners[:, 2:]).any()):
            raise ValueError("a box ends before it begins")
        class_scores = scores.reshape(self.boxes, self.columns)[:, self.columns - self.options.num_classes :]
        detect = self._regular if self.options.is_regular else self._fast
        return self._outputs(corners, *detect(corners, class_scores))

    def _corners(self, encoded_boxes: Floats, anchors: Floats) -> Floats:
        """[box, (y min, x min, y max, x max)]."""
        options, place, size = self.options, anchors[:, :2].astype(np.float64), anchors[:, 2:].astype(np.float64)
        number = encoded_boxes.astype(np.float64)
        with np.errstate(all="ignore"):
            steps = np.array([options.y_scale, options.x_scale], np.float32).astype(np.float64)
            spans = np.array([options.h_scale, options.w_scale], np.float32).astype(np.float64)
            centre = (number[:, :2] / steps * size + place).astype(np.float32)
            half = (0.5 * exp(number[:, 2:] / spans) * size).astype(np.float32)
            return np.concatenate([centre - half, centre + half], axis=1)

    def _fast(self, corners: Floats, scores: Floats) -> tuple[list[int], list[list[int]], list[list[float]], int]:
        """Boxes, their classes and scores, best first, and how many boxes."""
        orders = [_best(row, self.categories) for row in scores]
        best = np.array([row[order[0]] for row, order in zip(scores, orders, strict=True)], np.float32)
        chosen_boxes = self._remaining_boxes(corners, best, self.options.max_detections)
        values = [[float(scores[box, kind]) for kind in orders[box]] for box in chosen_boxes]
        return chosen_boxes, [orders[box] for box in chosen_boxes], values, len(chosen_boxes)

    def _regular(self, corners: Floats, scores: Floats) -> tuple[list[int], list[list[int]], list[list[float]], int]:
        candidates: list[tuple[int, int]] = []
        for kind in range(self.options.num_classes):
            column = np.ascontiguousarray(scores[:, kind])
            chosen_boxes = self._remaining_boxes(corners, column, self.options.detections_per_class)
            detections = [*candidates, *((box, kind) for box in chosen_boxes)]
            candidates = sorted(detections, key=lambda each: -float(scores[each]))[: self.options.max_detections]
        kinds = [[kind] for _, kind in candidates]
        values_of = [[float(scores[candidate])] for candidate in candidates]
        return [box for box, _ in candidates], kinds, values_of, len(candidates)

    def _remaining_boxes(self, corners: Floats, scores: Floats, most: int) -> list[int]:
        """The boxes that are left, best first."""
        waiting = [int(box) for box in np.flatnonzero(scores >= np.float32(self.options.score_threshold))]
        waiting.sort(key=lambda box: -float(scores[box]))
        chosen_boxes: list[int] = []
        limit = np.float32(self.options.overlap_threshold)
        while waiting and len(chosen_boxes) < most:
            first, *others = waiting
            chosen_boxes.append(first)
            shares = _overlaps(corners[first], corners[others])
            waiting = [box for box, share in zip(others, shares, strict=True) if not share > limit]
        return chosen_boxes

    def _outputs(
        self,
        corners: Floats,
        chosen_boxes: Sequence[int],
        kinds: Sequence[Sequence[int]],
        values: Sequence[Sequence[float]],
        count: int,
    ) -> tuple[Array, ...]:
        across = 1 if self.options.is_regular else self.options.max_classes_per_detection
        boxes = np.zeros((self.places, 4), np.float32)
        classes, scores = np.zeros(self.places, np.float32), np.zeros(self.places, np.float32)
        for number, (box, its, own) in enumerate(zip(chosen_boxes, kinds, values, strict=True)):
            places = slice(number * across, number * across + len(its))
            boxes[places], classes[places], scores[places] = corners[box], its, own
        return boxes, classes, scores, np.array([count], np.float32)


@np.errstate(all="ignore")
def _overlaps(one: Floats, others: Floats) -> Floats:
    """Intersection over union of a box with each of the others; 0 where one has no area."""
    sides, other_sides = one[2:] - one[:2], others[:, 2:] - others[:, :2]
    area, areas = sides[0] * sides[1], other_sides[:, 0] * other_sides[:, 1]
    inside = np.minimum(one[2:], others[:, 2:]) - np.maximum(one[:2], others[:, :2])
    inside = np.maximum(inside, np.float32(0))
    intersections = inside[:, 0] * inside[:, 1]
    overlaps = intersections / ((area + areas) - intersections)
    return np.where((area <= 0) | (areas <= 0), np.float32(0), overlaps).astype(np.float32)


def _best(values: Floats, most: int) -> list[int]:
    """The places of the greatest values, greatest first. Of equal ones the order is that of the reference, which sorts
    with a heap of as many places as it asks for (`partial_sort` of GNU's C++ library); one place alone is the first."""
    count = min(most, len(values))
    if count == 1:
        return [int(np.argmax(values))]
    heap = list(range(count))

    def is_before(one: int, other: int) -> bool:
        return bool(values[one] > values[other])

    for start in reversed(range(count // 2)):
        _sift(heap, start, count, heap[start], is_before)
    for place in range(count, len(values)):
        if is_before(place, heap[0]):
            _sift(heap, 0, count, place, is_before)
    for end in reversed(range(1, count)):
        last, heap[end] = heap[end], heap[0]
        _sift(heap, 0, end, last, is_before)
    return heap


def _sift(heap: list[int], start: int, count: int, item: int, is_before: Callable[[int, int], bool]) -> None:
    """Puts an item into the hole at `start`: the hole goes down to a leaf, then the item up from there. The last in the
    order is on top."""
    hole = start
    while 2 * hole + 1 < count:
        child = 2 * hole + 2
        if child == count or is_before(heap[child], heap[child - 1]):
            child -= 1
        heap[hole] = heap[child]
        hole = child
    while hole > start and is_before(heap[(hole - 1) // 2], item):
        heap[hole] = heap[(hole - 1) // 2]
        hole = (hole - 1) // 2
    heap[hole] = item


def _refusal(op: ModelOp) -> str | None:
    inputs = tuple(op.input(number) for number in range(3))
    if not are(FLOAT32, *op.outputs):
        return ""
    if are(FLOAT32, *inputs):
        return None
    # The reference reads bytes as uint8 alone.
    if not are(INT8, *inputs) or not op.reads_unsigned:
        return ""
    return None if one_scale(*inputs) else WITHOUT_SCALE


def _computation(op: ModelOp) -> DetectionPostProcess:
    options = op.operator.options
    assert isinstance(options, DetectionOptions)  # noqa: S101 - the reader gives these for this op
    encoded_boxes, scores, anchors = (op.input(number) for number in range(3))
    require(len(op.inputs) == 3 and len(op.outputs) == 4, "it has not three inputs and four outputs")
    require(len(encoded_boxes.shape) == 3 and encoded_boxes.shape[0] == 1, "its boxes are not of one image")
    boxes, coordinates = encoded_boxes.shape[1:]
    require(coordinates >= 4, f"its boxes have {coordinates} numbers, not four")
    require(scores.shape[:2] == (1, boxes) and len(scores.shape) == 3, "its scores are not of as many boxes")
    require(anchors.shape == (boxes, 4), "its anchors are not of as many boxes")
    require(scores.shape[2] - options.num_classes in (0, 1), f"its scores are not of {options.num_classes} classes")
    require(0 < boxes <= MOST_BOXES, f"it has {boxes} boxes, not 1 to {MOST_BOXES:,}")
    require(options.num_classes > 0, "it has no classes")
    require(0 < options.overlap_threshold <= 1, "its threshold of overlaps is not above 0 and at most 1")
    limits = (options.max_detections, options.max_classes_per_detection, options.detections_per_class)
    require(min(limits) > 0, "it gives no detections")
    require(limits[0] * limits[1] <= MOST_DETECTIONS, f"it gives more than {MOST_DETECTIONS:,} detections")
    require(0.0 not in (options.y_scale, options.x_scale, options.h_scale, options.w_scale), "it divides by 0")
    linear = None
    if encoded_boxes.kind is INT8:
        linear = tuple(Linear(*scale_of(each)) for each in (encoded_boxes, scores, anchors))
    computation = DetectionPostProcess(boxes, coordinates, scores.shape[2], options, linear)  # type: ignore[arg-type]
    counts = (4 * computation.places, computation.places, computation.places, 1)
    for output, count in zip(op.outputs, counts, strict=True):
        require(output.count == count, f"an output is {list(output.shape)}, not of {count} numbers")
    return computation


OPERATIONS = {
    "CUSTOM:TFLite_Detection_PostProcess": OpKind(_refusal, _computation, operands=slice(3), may_fail=lambda _: True)
}
