"""Two tensors side by side: what counts as the same, and how far apart they are."""

from __future__ import annotations

import json
import math
import struct

import numpy as np
import pytest

from rune.assessment.verify.comparison import DeviationFigures, compare, distances, together
from rune.tensor import ElementType, TensorType


def floats(*values: float) -> bytes:
    return struct.pack(f"<{len(values)}f", *values)


def of(element: ElementType, count: int) -> TensorType:
    return TensorType(element, (count,))


def test_the_same_bytes_are_identical() -> None:
    figures = compare(of(ElementType.I8, 3), b"\x01\x02\x03", b"\x01\x02\x03")
    assert figures == DeviationFigures(elements=3, bytes=3)
    assert figures.is_identical
    assert figures.is_within


def test_an_integer_may_not_differ_by_one() -> None:
    figures = compare(of(ElementType.I8, 3), bytes([1, 0x80, 3]), bytes([1, 0x81, 5]))
    assert (figures.differing, figures.beyond, figures.largest) == (2, 2, 2.0)
    assert not figures.is_within


def test_two_integers_that_are_one_as_f64_still_differ() -> None:
    numbers = [struct.pack("<q", (1 << 60) + last) for last in (0, 1)]
    assert not compare(of(ElementType.I64, 1), *numbers).is_within


@pytest.mark.parametrize(
    ("expected", "actual", "beyond"),
    [
        ([1.0], [1.0 + 9e-6], 0),
        ([1.0], [1.0 + 3e-5], 1),
        ([1000.0, 0.0], [1000.0, 9e-4], 0),
        ([1000.0, 0.0], [1000.0, 2e-3], 1),
        ([0.0], [1e-30], 1),
        ([math.nan], [math.nan], 0),
        ([math.nan], [0.0], 1),
        ([math.inf], [math.inf], 0),
        ([math.inf], [-math.inf], 1),
        ([math.inf, 1.0], [math.inf, 2.0], 1),
        ([0.0], [-0.0], 0),
    ],
)
def test_a_float_may_be_off_by_a_share_of_itself_or_of_the_largest(
    expected: list[float], actual: list[float], beyond: int
) -> None:
    assert compare(of(ElementType.F32, len(expected)), floats(*expected), floats(*actual)).beyond == beyond


def test_a_float_may_be_off_by_as_much_as_the_reference_itself_moves() -> None:
    kind, expected, actual = of(ElementType.F32, 1), floats(0.001), floats(0.0012)
    assert compare(kind, expected, actual).beyond == 1
    comparison = compare(kind, expected, actual, sensitivity=np.array([0.0003]))
    assert (comparison.beyond, comparison.excused) == (0, 1)


def test_a_shaky_element_excuses_no_other() -> None:
    kind, expected, actual = of(ElementType.F32, 2), floats(0.001, 0.001), floats(0.0012, 0.0012)
    comparison = compare(kind, expected, actual, sensitivity=np.array([0.0003, 0.0]))
    assert (comparison.beyond, comparison.excused) == (1, 1)


def test_what_is_within_the_tolerance_needs_no_excuse() -> None:
    comparison = compare(of(ElementType.F32, 1), floats(1.0), floats(1.0 + 9e-6), sensitivity=np.array([1.0]))
    assert (comparison.beyond, comparison.excused) == (0, 0)


def test_too_few_bytes_are_all_wrong() -> None:
    assert compare(of(ElementType.F32, 2), floats(1, 2), floats(1)).differing == 8


def test_no_elements_are_identical() -> None:
    assert compare(TensorType(ElementType.F32, (0,)), b"", b"").is_identical


def test_figures_add_up() -> None:
    one = compare(of(ElementType.U8, 2), b"\x00\x08", b"\x00\x09")
    other = compare(of(ElementType.U8, 2), b"\x00\x08", b"\x05\x08")
    both = together((one, other))
    assert (both.bytes, both.differing, both.largest) == (4, 2, 5.0)


def test_figures_survive_json_also_when_they_are_infinite() -> None:
    figures = compare(of(ElementType.F32, 1), floats(1.0), floats(math.nan))
    assert math.isinf(figures.largest)
    assert DeviationFigures.from_json(json.loads(json.dumps(figures.to_json(), allow_nan=False))) == figures


def test_each_element_has_its_own_distance() -> None:
    assert distances(of(ElementType.F32, 2), floats(1, 2), floats(1.5, 2.25)).tolist() == [0.5, 0.25]
