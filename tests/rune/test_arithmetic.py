"""The functions behind a build's tables: the correctly rounded double, whatever the platform's libm says."""

from __future__ import annotations

import math
import random
import struct
from collections.abc import Callable
from fractions import Fraction

import pytest

from rune import arithmetic
from tests.support.cases import each_case

PAIRS: list[tuple[Callable[[float], float], Callable[[float], float], float, float]] = [
    (arithmetic.exp, math.exp, -20, 20),
    (arithmetic.log, math.log, 1e-3, 1e5),
    (arithmetic.log2, math.log2, 1e-3, 1e5),
    (arithmetic.log10, math.log10, 1e-3, 1e5),
    (arithmetic.sin, math.sin, -1000, 1000),
    (arithmetic.cos, math.cos, -1000, 1000),
]


@each_case(("ours", "libm", "low", "high"), PAIRS, ids=[pair[0].__name__ for pair in PAIRS])
def test_it_is_within_one_step_of_libm(
    ours: Callable[[float], float], libm: Callable[[float], float], low: float, high: float
) -> None:
    choose = random.Random(1)
    for _ in range(300):
        x = choose.uniform(low, high)
        assert abs(ours(x) - libm(x)) <= math.ulp(libm(x)), x


def test_known_values_to_all_their_digits() -> None:
    # From the Digital Library of Mathematical Functions and OEIS A001113, A002392, A049469, A049470.
    assert arithmetic.exp(1.0) == 2.718281828459045235360287
    assert arithmetic.log(10.0) == 2.302585092994045684017991
    assert arithmetic.sin(1.0) == 0.841470984807896506652502
    assert arithmetic.cos(1.0) == 0.540302305868139717400936
    assert arithmetic.pow(2.0, 0.5) == 1.414213562373095048801688


def test_exact_results_are_exact() -> None:
    assert arithmetic.exp(0.0) == 1.0
    assert arithmetic.log10(1000.0) == 3.0
    assert [arithmetic.log2(2.0**k) for k in (-30, 0, 1, 52)] == [-30.0, 0.0, 1.0, 52.0]
    assert arithmetic.pow(3.0, 4.0) == 81.0
    assert (arithmetic.sin(0.0), arithmetic.cos(0.0)) == (0.0, 1.0)


def test_the_cosine_of_the_double_next_to_a_quarter_turn_keeps_all_its_bits() -> None:
    assert arithmetic.cos(math.pi / 2) == 6.123233995736766035868820e-17


def test_single_precision_is_rounded_once() -> None:
    choose = random.Random(2)
    for _ in range(500):
        x = choose.uniform(-1, 1) * 10.0 ** choose.randint(-44, 38)
        assert arithmetic.round_f32(x) == struct.unpack("f", struct.pack("f", x))[0]
        angle = choose.uniform(-1000, 1000)
        assert abs(Fraction(arithmetic.cos_f32(angle)) - Fraction(arithmetic.cos(angle))) <= Fraction(2) ** -25


def test_what_has_no_finite_result_is_refused() -> None:
    with pytest.raises(ValueError, match="not positive"):
        arithmetic.pow(0.0, 2.0)
    with pytest.raises(ValueError, match="too large"):
        arithmetic.sin(2.0**61)
