"""Two tensors compared, byte by byte and number by number. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NotRequired, TypedDict

import numpy as np
from numpy.typing import NDArray

from rune.tensor import ElementType, TensorType

RELATIVE: Final = 1e-5
"""A float may be off by this share of itself."""
OF_LARGEST: Final = 1e-6
"""The share of its tensor's largest magnitude by which a float may be off, where that is more."""

LAYOUTS: Final = {
    ElementType.U8: "u1",
    ElementType.I8: "i1",
    ElementType.U16: "<u2",
    ElementType.I16: "<i2",
    ElementType.U32: "<u4",
    ElementType.I32: "<i4",
    ElementType.F32: "<f4",
    ElementType.U64: "<u8",
    ElementType.I64: "<i8",
    ElementType.F64: "<f8",
}
"""numpy's names of the element types as they lie in memory; text has none."""


class FiguresJson(TypedDict):
    """The differences of tensors from those that were expected; `largest` and `share` are null where they are
    infinite. A report of before excuses were counted lacks `excused`."""

    elements: int
    bytes: int
    differing: int
    beyond: int
    excused: NotRequired[int]
    largest: float | None
    share: float | None


@dataclass(frozen=True)
class DeviationFigures:
    """The differences of tensors from those that were expected.

    `elements` and `bytes` count what was compared, `differing` the bytes that differ, `beyond` the elements that are
    further off than is allowed, `excused` those that are allowed only because the reference's own element moves as far
    when its weights change a little. `largest` is the largest difference of one element (a quantised one: in steps;
    infinite where one is no number and the other is), `share` the largest one as a share of its tensor's largest
    magnitude.
    """

    elements: int = 0
    bytes: int = 0
    differing: int = 0
    beyond: int = 0
    largest: float = 0.0
    share: float = 0.0
    excused: int = 0

    @property
    def is_within(self) -> bool:
        """Whether nothing is further off than is allowed."""
        return self.beyond == 0

    @property
    def is_identical(self) -> bool:
        """Whether every byte is as expected."""
        return self.differing == 0

    def to_json(self) -> FiguresJson:
        return {
            "elements": self.elements,
            "bytes": self.bytes,
            "differing": self.differing,
            "beyond": self.beyond,
            "excused": self.excused,
            "largest": _finite(self.largest),
            "share": _finite(self.share),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> DeviationFigures:
        """Reads the figures from JSON; what is infinite was written as null."""
        largest, share = (math.inf if value[key] is None else float(value[key]) for key in ("largest", "share"))
        counts = (value["elements"], value["bytes"], value["differing"], value["beyond"])
        return cls(*counts, largest, share, value.get("excused", 0))


NOTHING: Final = DeviationFigures()
"""The figures when nothing was compared."""


Distances = NDArray[np.float64]
"""For each element of a tensor, in their order, how far it is from something."""


def compare(
    kind: TensorType, expected: bytes, actual: bytes, *, sensitivity: Distances | None = None
) -> DeviationFigures:
    """A tensor and the one that was expected, both row-major and little-endian.

    An integer must be the same. A float may be off by `RELATIVE` of itself or `OF_LARGEST` of the tensor's largest
    magnitude, whichever is more; beyond that it is excused where `sensitivity` is as much for this very element. Two
    that are no numbers are alike. Bytes that are too few or too many all count as differing.
    """
    if len(expected) != kind.size or len(actual) != kind.size:
        return DeviationFigures(kind.count, kind.size, kind.size, kind.count, math.inf, math.inf)
    differing = int(np.count_nonzero(np.frombuffer(expected, "u1") != np.frombuffer(actual, "u1")))
    if not differing:
        return DeviationFigures(kind.count, kind.size)
    expected_numbers, actual_numbers = (_numbers(kind, data) for data in (expected, actual))
    off = _distance(expected_numbers, actual_numbers)
    size = np.abs(expected_numbers[np.isfinite(expected_numbers)])
    magnitude = float(size.max()) if size.size else 0.0
    excused_elements = 0
    if kind.element.is_float:
        tolerance = np.maximum(RELATIVE * np.nan_to_num(np.abs(expected_numbers), posinf=0.0), OF_LARGEST * magnitude)
        too_far = off > tolerance
        is_beyond = too_far if sensitivity is None else too_far & (off > sensitivity)
        beyond = int(np.count_nonzero(is_beyond))
        excused_elements = int(np.count_nonzero(too_far)) - beyond
    else:
        # Counted by bytes: beyond 2^53 two integers can be one f64.
        beyond = _differing_elements(kind, expected, actual)
    largest = float(off.max()) if off.size else 0.0
    share = largest / magnitude if magnitude else (math.inf if largest else 0.0)
    return DeviationFigures(kind.count, kind.size, differing, beyond, largest, share, excused_elements)


def distances(kind: TensorType, one: bytes, other: bytes) -> Distances:
    """Returns how far apart the elements of two tensors are; infinite where only one is a number."""
    return _distance(_numbers(kind, one), _numbers(kind, other))


def together(all_figures: Iterable[DeviationFigures]) -> DeviationFigures:
    """The figures of several tensors as one."""
    sums = DeviationFigures()
    for one in all_figures:
        sums = DeviationFigures(
            sums.elements + one.elements,
            sums.bytes + one.bytes,
            sums.differing + one.differing,
            sums.beyond + one.beyond,
            max(sums.largest, one.largest),
            max(sums.share, one.share),
            sums.excused + one.excused,
        )
    return sums


def _numbers(kind: TensorType, data: bytes) -> NDArray[np.float64]:
    return np.frombuffer(data, LAYOUTS[kind.element]).astype(np.float64)


def _distance(expected: NDArray[np.float64], actual: NDArray[np.float64]) -> Distances:
    """Returns how far apart numbers are, infinite where only one is a number; infinities of one sign are alike."""
    with np.errstate(invalid="ignore", over="ignore"):
        off: Distances = np.abs(expected - actual)
    alike = (expected == actual) | (np.isnan(expected) & np.isnan(actual))
    off = np.where(np.isnan(off), np.inf, off)
    return np.where(alike, 0.0, off)


def _differing_elements(kind: TensorType, expected: bytes, actual: bytes) -> int:
    layout = LAYOUTS[kind.element]
    return int(np.count_nonzero(np.frombuffer(expected, layout) != np.frombuffer(actual, layout)))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
