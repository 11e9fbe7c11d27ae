"""The ticks of a chart's axis: their texts differ, also of very small and very large numbers."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.core.axis_ticks import round_ticks, tick_texts
from tests.support.cases import each_case


@each_case(
    ("ticks", "unit", "divisor", "texts"),
    [
        ([0, 0.2, 0.4], "", 1, ["0.0", "0.2", "0.4"]),
        ([0.98, 0.985, 0.99], "%", 0.01, ["98.0 %", "98.5 %", "99.0 %"]),
        ([0.8, 0.9, 1], "%", 0.01, ["80 %", "90 %", "100 %"]),
        ([0, 0.0001, 0.0002], "", 1, ["0.0000", "0.0001", "0.0002"]),
        ([0, 2e-8, 4e-8], "", 1, ["0", "2e-8", "4e-8"]),
        ([1e9, 1.25e9], "", 1, ["1e9", "1.25e9"]),
        ([-0.001, 0, 0.001], "", 1, ["-0.001", "0.000", "0.001"]),
        ([-1, -0.0, 1], "", 1, ["-1", "0", "1"]),
        ([20_000, 20_500], "kB", 1000, ["20.0 kB", "20.5 kB"]),
        ([0], "", 1, ["0"]),
        ([], "", 1, []),
    ],
)
def test_texts_have_the_decimals_that_tell_them_apart(
    ticks: Sequence[float], unit: str, divisor: float, texts: list[str]
) -> None:
    assert tick_texts(ticks, unit, divisor) == texts


@each_case(
    ("low", "high", "ticks"),
    [
        (0.82, 0.98, [0.85, 0.9, 0.95]),
        (0.982, 0.995, [0.982, 0.984, 0.986, 0.988, 0.99, 0.992, 0.994]),
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (3, 3, [3]),
    ],
)
def test_ticks_are_round(low: float, high: float, ticks: list[float]) -> None:
    assert round_ticks(low, high, 7 if len(ticks) == 7 else 6) == pytest.approx(ticks)


@given(
    low=st.floats(-1e9, 1e9),
    exponent=st.integers(-9, 9),
    digits=st.floats(1, 9.99),
)
def test_no_two_ticks_have_one_text(low: float, exponent: int, digits: float) -> None:
    width = digits * 10.0**exponent
    high = low + width
    if abs(low) > 1e6 * width:
        return
    ticks = round_ticks(low, high)
    texts = tick_texts(ticks)
    assert 1 <= len(ticks) <= 6
    assert len(set(texts)) == len(texts)
